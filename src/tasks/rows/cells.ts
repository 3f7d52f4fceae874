/** What Parquet and Arrow have in common: columns of cells to rows, class names, and cells that are no text or number. */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { Cell, Row, UnreadableRow } from './types.js';

/** Rows handed out at a time. */
const STEP = 1024;

/** A cell that no row can be made with. */
export class BadCell {
  /** @param what as in `'text' is a list` or `'text' holds bytes that are no UTF-8` */
  constructor(readonly what: string) {}
}

export type Column = readonly (Cell | BadCell)[];

/**
 * The rows of some columns of equal length, in the order of `names`.
 * @param firstRow number of the first, from 1
 */
export function* rowsOf(names: readonly string[], columns: readonly Column[], firstRow: number): Generator<(Row | UnreadableRow)[]> {
  const length = columns[0]?.length ?? 0;
  for (let start = 0; start < length; start += STEP) {
    yield Array.from({ length: Math.min(STEP, length - start) }, (_, index) => {
      const cells = columns.map((column) => column[start + index] ?? null);
      return rowOf(names, cells, firstRow + start + index);
    });
  }
}

function rowOf(names: readonly string[], cells: readonly (Cell | BadCell)[], line: number): Row | UnreadableRow {
  const bad = cells.findIndex((cell) => cell instanceof BadCell);
  if (bad < 0) return { line, cells: cells as readonly Cell[] };
  return { line, reason: `'${names[bad]}' ${(cells[bad] as BadCell).what}` };
}

/** Bytes to text, strictly: a lossy decoder would put U+FFFD into training data without a word. */
export function textCell(bytes: Uint8Array): string | BadCell {
  if (!isUtf8(bytes)) return new BadCell('holds bytes that are no UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** The decimal that a person wrote before it was made a 32-bit float: 3.8, not 3.799999952316284. */
export function shortestFloat32(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

const featuresSchema = z.object({
  info: z.object({
    features: z.record(z.string(), z.union([z.object({ _type: z.literal('ClassLabel'), names: z.array(z.string()) }), z.unknown()])),
  }),
});

/** Where Hugging Face's library keeps what it knows of the columns. */
export const FEATURES_KEY = 'huggingface';

/** The names of a column's classes by integer, where `metadata` (the value of FEATURES_KEY) describes it as a ClassLabel. */
export function classNames(metadata: string | undefined, column: string): readonly string[] | null {
  const parsed = featuresSchema.safeParse(jsonOrNull(metadata ?? 'null'));
  const feature = parsed.data?.info.features[column];
  return typeof feature === 'object' && feature !== null && 'names' in feature ? (feature.names as readonly string[]) : null;
}

/** The class that an integer stands for; null for −1, which stands for none. An integer without a name stays what it is. */
export function namedCell(cell: Cell | BadCell, names: readonly string[] | null): Cell | BadCell {
  if (names === null || (typeof cell !== 'number' && typeof cell !== 'bigint')) return cell;
  return Number(cell) === -1 ? null : (names[Number(cell)] ?? cell);
}

/** The value; null for what is no JSON: other programs may use the key for something else. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
