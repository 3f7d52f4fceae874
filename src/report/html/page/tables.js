/* Tables that can be sorted by any column, and filtered where they say by which columns or are long. */
const LONG_TABLE = 15;

/** @param {HTMLTableCellElement | undefined} cell @returns {number | string} */
const keyOf = (cell) => {
  const value = cell?.dataset.value;
  return value === undefined ? (cell?.textContent ?? '') : Number(value);
};

/** @param {number | string} a @param {number | string} b Numbers before texts: a missing number has a dash for a text. */
const compareKeys = (a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
};

/** @param {string} text For those who do not see the change. */
const say = (text) => {
  /** @type {HTMLElement} */ (document.getElementById('said')).textContent = text;
};

/** @param {HTMLTableElement} table */
const makeSortable = (table) => {
  const headers = [.../** @type {HTMLTableRowElement} */ (table.tHead?.rows[0]).cells];
  const body = /** @type {HTMLTableSectionElement} */ (table.tBodies[0]);
  headers.forEach((header, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener('click', () => {
      const direction = header.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      for (const other of headers) other.removeAttribute('aria-sort');
      header.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending');
      const rows = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
      rows.sort((a, b) => (typeof a.key === typeof b.key ? direction : 1) * compareKeys(a.key, b.key));
      body.append(...rows.map(({ row }) => row));
      say(`Sorted by ${button.textContent}, ${direction === 1 ? 'ascending' : 'descending'}`);
    });
  });
};

/** @param {string} name @param {HTMLElement} control */
const labelled = (name, control) => {
  const label = document.createElement('label');
  label.append(name, control);
  return label;
};

/** @param {Iterable<string>} values */
const selectOf = (values) => {
  const select = document.createElement('select');
  select.append(new Option('all', ''), ...[...values].map((value) => new Option(value, value)));
  return select;
};

/** @param {HTMLElement} holder @param {HTMLTableElement} table */
const makeFilterable = (holder, table) => {
  const rows = [.../** @type {HTMLTableSectionElement} */ (table.tBodies[0]).rows];
  const columns = (holder.dataset.filters ?? '').split(' ').filter((text) => text !== '');
  if (columns.length === 0 && rows.length <= LONG_TABLE) return;
  /** @param {HTMLTableRowElement} row @param {number} column */
  const textOf = (row, column) => row.cells[column]?.textContent ?? '';
  const selects = columns.map(Number).map((column) => {
    const select = selectOf(new Set(rows.map((row) => textOf(row, column))));
    return { column, select, name: table.tHead?.rows[0]?.cells[column]?.textContent ?? '' };
  });
  const search = document.createElement('input');
  search.type = 'search';
  const apply = () => {
    const words = search.value.toLowerCase();
    for (const row of rows) {
      const fits = selects.every(({ column, select }) => select.value === '' || textOf(row, column) === select.value);
      row.hidden = !fits || !row.textContent.toLowerCase().includes(words);
    }
    say(`${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`);
  };
  const bar = document.createElement('div');
  bar.className = 'filters';
  bar.append(...selects.map(({ name, select }) => labelled(name, select)), labelled('search', search));
  bar.addEventListener('input', apply);
  holder.prepend(bar);
};

for (const holder of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.table'))) {
  const table = holder.querySelector('table');
  if (table === null) continue;
  makeFilterable(holder, table);
  makeSortable(table);
}
