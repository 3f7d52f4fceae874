/* Light and dark by hand. Until the reader chooses, the system's setting holds; the choice is the page's and is kept nowhere. */
const themeButton = /** @type {HTMLButtonElement} */ (document.getElementById('theme'));
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

const isDark = () => (document.documentElement.dataset.theme ?? (systemDark.matches ? 'dark' : 'light')) === 'dark';

const nameThemeButton = () => {
  themeButton.textContent = isDark() ? 'Light colours' : 'Dark colours';
};

themeButton.addEventListener('click', () => {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  nameThemeButton();
});
systemDark.addEventListener('change', nameThemeButton);
nameThemeButton();
themeButton.hidden = false;
