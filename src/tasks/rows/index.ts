/** The readers of rows, by format. */
import type { RowFormat } from '../../config/custom-tasks.js';
import type { OnBytes } from '../lines.js';
import { readArrowRows } from './arrow.js';
import { readCsvRows } from './csv.js';
import { readJsonLines } from './jsonl.js';
import { readParquetRows } from './parquet.js';
import { readTsvRows } from './tsv.js';
import type { RowReader } from './types.js';

const READERS: Readonly<Record<RowFormat, RowReader>> = {
  tsv: readTsvRows,
  csv: readCsvRows,
  jsonl: readJsonLines,
  parquet: readParquetRows,
  arrow: readArrowRows,
};

/** Rows of a file by the names of its columns; see `RowReader`. */
export function readRows(file: string, format: RowFormat, columns: readonly string[], onBytes?: OnBytes): ReturnType<RowReader> {
  return READERS[format](file, columns, onBytes);
}

export type { Cell, Row, RowReader, UnreadableRow } from './types.js';
