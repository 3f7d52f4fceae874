/** A table as values: what the page, the Markdown and the CSV file of it are made from. */
import type { Spread } from '../experiment/summary.js';

export interface Cell {
  /** As a person reads it. */
  readonly text: string;
  /** As CSV keeps it and the page sorts it; null where there is none. */
  readonly value: number | string | null;
  /** Further words for a mark in the text. */
  readonly title?: string;
}

export interface DataTable {
  /** Name of its files, and its anchor in the page. */
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly notes: readonly string[];
  /** Columns by which the page lets a reader filter; none where left out. */
  readonly filters?: readonly number[];
}

const NONE = '–';

export const textCell = (text: string): Cell => ({ text, value: text });
export const noCell: Cell = { text: NONE, value: null };

/** @param digits after the decimal point */
export function numberCell(value: number | null | undefined, digits: number, suffix = ''): Cell {
  if (value === null || value === undefined || Number.isNaN(value)) return noCell;
  return { text: `${minus(value.toFixed(digits))}${suffix}`, value };
}

/** A fraction, times 100. */
export function percentCell(fraction: number | null | undefined, digits = 1): Cell {
  if (fraction === null || fraction === undefined || Number.isNaN(fraction)) return noCell;
  return { text: percent(fraction, digits), value: fraction };
}

/** A difference of fractions, times 100, with its sign. */
export function pointsCell(difference: number | null | undefined, digits = 1): Cell {
  if (difference === null || difference === undefined || Number.isNaN(difference)) return noCell;
  return { text: signed(difference, digits), value: difference };
}

export function countCell(value: number | null | undefined): Cell {
  if (value === null || value === undefined) return noCell;
  return { text: Math.round(value).toLocaleString('en-US'), value };
}

export function percent(fraction: number, digits = 1): string {
  return minus((100 * fraction).toFixed(digits));
}

/** For axes and cells without room for a decimal. */
export function wholePercent(fraction: number): string {
  return `${Math.round(100 * fraction)} %`;
}

/** A median with the deviation around it, where there is one, and what marks it. */
export function spreadText({ median, std }: Pick<Spread, 'median' | 'std'>, mark: string): string {
  const deviation = std === null ? '' : ` ± ${percent(std)}`;
  return `${percent(median)}${deviation} ${mark}`.trimEnd();
}

export function signed(fraction: number, digits = 1): string {
  const text = (100 * fraction).toFixed(digits);
  return Number(text) > 0 ? `+${text}` : minus(text);
}

/** The sign that lines up with digits; a rounded nothing has none. */
function minus(text: string): string {
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}
