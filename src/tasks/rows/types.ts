/**
 * Rows of a file by the names of its columns, whatever its format: what a reader hands out. A new format is a reader in this folder, its
 * line in index.ts and its name in ROW_FORMATS of src/config/custom-tasks.ts.
 */

import type { OnBytes } from '../lines.js';

/**
 * What a cell can hold once read; text formats give strings only. Where a file names its classes (ClassLabel of Hugging Face's data sets), a
 * cell has the name, and null where it says that there is no label (−1).
 */
export type Cell = string | number | bigint | boolean | null;

export interface Row {
  /** From 1: the line it begins on, or the row where a format has no lines. */
  readonly line: number;
  /** In the order of the columns asked for. */
  readonly cells: readonly Cell[];
}

/** A row that cannot be read, and why. It counts as a row. */
export interface UnreadableRow {
  readonly line: number;
  readonly reason: string;
}

export interface RowOptions {
  /** For progress; about right where a format is not read from front to back. */
  readonly onBytes?: OnBytes | undefined;
  /** CSV: the character between two fields; a comma without it. */
  readonly delimiter?: string | undefined;
}

/**
 * The file's rows in order, some at a time: a promise for each would cost more than the reading.
 * @param columns names of the columns wanted
 * @throws BornAgainError ERR_DATA_FORMAT where no row can be trusted (a column is missing from the header), ERR_IO
 */
export type RowReader = (
  file: string,
  columns: readonly string[],
  options?: RowOptions,
) => AsyncGenerator<readonly (Row | UnreadableRow)[]>;
