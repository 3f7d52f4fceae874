/** A table as Markdown, as people paste it, and as CSV (RFC 4180) with the values in full. */
import type { Cell, DataTable } from './data-table.js';

export function renderMarkdown({ caption, columns, rows, notes }: DataTable): string {
  const numeric = columns.map((_, column) => isNumeric(rows, column));
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  const rule = `|${numeric.map((right) => (right ? '---:' : '---')).join('|')}|`;
  const table = [line(columns), rule, ...rows.map((row) => line(row.map(({ text }) => text)))];
  return [caption, '', ...table, ...notes.flatMap((note) => ['', note.replace(/^\*/, '\\*')]), ''].join('\n');
}

export function renderCsv({ columns, rows }: DataTable): string {
  const line = (fields: readonly (string | number | null)[]): string => `${fields.map(quoted).join(',')}\r\n`;
  return [line(columns), ...rows.map((row) => line(row.map(({ value }) => value)))].join('');
}

/** Every cell that has a value has a number. */
export function isNumeric(rows: readonly (readonly Cell[])[], column: number): boolean {
  const values = rows.map((row) => row[column]?.value ?? null).filter((value) => value !== null);
  return values.length > 0 && values.every((value) => typeof value === 'number');
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
}

/** A text that a spreadsheet would take for a formula stays a text. */
function quoted(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
