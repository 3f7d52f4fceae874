/** The readers of rows, by format. A reader and the packages it needs are loaded when a file of its format is read. */
import type { RowFormat } from '../../config/custom-tasks.js';
import type { RowOptions, RowReader } from './types.js';

const READERS: Readonly<Record<RowFormat, () => Promise<RowReader>>> = {
  tsv: async () => (await import('./tsv.js')).readTsvRows,
  csv: async () => (await import('./csv.js')).readCsvRows,
  jsonl: async () => (await import('./jsonl.js')).readJsonLines,
  parquet: async () => (await import('./parquet.js')).readParquetRows,
  arrow: async () => (await import('./arrow.js')).readArrowRows,
};

/** Rows of a file by the names of its columns; see `RowReader`. */
export async function* readRows(file: string, format: RowFormat, columns: readonly string[], options?: RowOptions): ReturnType<RowReader> {
  const read = await READERS[format]();
  yield* read(file, columns, options);
}

export type { Cell, Row, RowOptions, RowReader, UnreadableRow } from './types.js';
