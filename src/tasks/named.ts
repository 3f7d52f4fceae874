/** Rows of a file of a person's own, columns by name: cells to an example's content, or to the reason why not. */
import { parseLabel } from './labels.js';
import type { ParsedRow, RowContent, RowRejection } from './row.js';
import { readRows, type Cell } from './rows/index.js';
import type { NamedSplit, TaskDefinition } from './types.js';

/** Each data row in order, faulty ones too. Throws ERR_DATA_FORMAT for a column that is not there, ERR_IO. */
export async function* readNamedRows(task: TaskDefinition, format: NamedSplit, file: string): AsyncGenerator<ParsedRow[]> {
  const { textA, textB, label } = format;
  const columns = textB === null ? [label, textA] : [label, textA, textB];
  for await (const rows of readRows(file, format.format, columns)) {
    yield rows.map((row) => {
      const content = 'reason' in row ? { reason: row.reason, missing: false } : contentOf(task, columns, row.cells);
      return { line: row.line, content };
    });
  }
}

function contentOf(task: TaskDefinition, columns: readonly string[], cells: readonly Cell[]): RowContent | RowRejection {
  const fault = cells.map((cell, index) => (index === 0 ? null : textCellFault(columns[index] ?? '', cell))).find((each) => each !== null);
  if (fault !== undefined) return { reason: fault, missing: false };
  const [labelCell, textA, textB] = cells;
  if (labelCell === null) return { reason: `'${columns[0]}' is null; every row needs its label`, missing: false };
  const label = parseLabel(task, String(labelCell));
  if (typeof label === 'string') return { reason: label, missing: false };
  return { textA: String(textA), textB: textB === undefined ? null : String(textB), label };
}

function textCellFault(column: string, cell: Cell): string | null {
  if (typeof cell === 'string') return cell.trim() === '' ? `'${column}' has no text` : null;
  return cell === null ? `'${column}' is null; every row needs its text` : `'${column}' is a ${typeof cell} (${String(cell)}), no text`;
}
