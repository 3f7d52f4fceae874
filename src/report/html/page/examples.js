/* The browser of examples: task, arm, kind of disagreement, and words in the texts. */

/** @typedef {{ task: string, arm: string, kind: string, id: string, label: string, teacher: string, student: string, textA: string | null, textB: string | null }} Entry */

const SHOWN_AT_ONCE = 20;
const browserHolder = document.getElementById('browser');

/** @template {keyof HTMLElementTagNameMap} Name @param {Name} name @param {string} [text] */
const make = (name, text = '') => {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
};

/** @param {Entry} entry */
const itemOf = ({ task, arm, kind, id, label, teacher, student, textA, textB }) => {
  const item = make('li');
  const heading = make('p', `${task} · ${arm} · ${id}: ${kind}`);
  heading.className = 'note';
  const texts = [textA, textB].filter((text) => text !== null).map((text) => make('p', text));
  const answers = make('dl');
  for (const [name, value] of Object.entries({ label, teacher, student })) {
    const pair = make('div');
    pair.append(make('dt', name), make('dd', value));
    answers.append(pair);
  }
  item.append(heading, ...texts, answers);
  return item;
};

/** @param {HTMLElement} holder @param {readonly Entry[]} entries */
const buildBrowser = (holder, entries) => {
  const bar = make('div');
  bar.className = 'filters';
  const keys = /** @type {const} */ (['task', 'arm', 'kind']);
  const selects = keys.map((key) => {
    const select = make('select');
    select.append(new Option('all', ''), ...[...new Set(entries.map((entry) => entry[key]))].map((value) => new Option(value, value)));
    return { key, select };
  });
  const search = make('input');
  search.type = 'search';
  for (const [name, control] of /** @type {[string, HTMLElement][]} */ ([
    ...selects.map(({ key, select }) => [key, select]),
    ['words in the texts', search],
  ])) {
    const label = make('label', name);
    label.append(control);
    bar.append(label);
  }
  const count = make('p');
  count.setAttribute('role', 'status');
  const list = make('ul');
  list.className = 'examples';
  const more = make('button', 'Show more');
  more.type = 'button';
  let shown = SHOWN_AT_ONCE;
  const update = () => {
    const words = search.value.toLowerCase();
    const fitting = entries.filter(
      (entry) =>
        selects.every(({ key, select }) => select.value === '' || entry[key] === select.value) &&
        `${entry.textA ?? ''} ${entry.textB ?? ''} ${entry.id}`.toLowerCase().includes(words),
    );
    list.replaceChildren(...fitting.slice(0, shown).map(itemOf));
    count.textContent = `${Math.min(shown, fitting.length)} of ${fitting.length} shown`;
    more.hidden = fitting.length <= shown;
  };
  bar.addEventListener('input', () => {
    shown = SHOWN_AT_ONCE;
    update();
  });
  more.addEventListener('click', () => {
    const next = shown;
    shown += SHOWN_AT_ONCE;
    update();
    // Where the reader was: the first of the new ones.
    const first = /** @type {HTMLElement | undefined} */ (list.children[next]);
    if (first !== undefined) {
      first.tabIndex = -1;
      first.focus();
    }
  });
  holder.append(bar, count, list, more);
  update();
};

if (browserHolder !== null) {
  const data = /** @type {HTMLElement} */ (document.getElementById('browser-data')).textContent;
  const entries = /** @type {Entry[]} */ (JSON.parse(data));
  buildBrowser(browserHolder, entries);
}
