/** Rows of a file with columns by name, a person's own or Hugging Face's: cells to an example's content, or to the reason why not. */
import type { OnBytes } from './lines.js';
import { parseLabel } from './labels.js';
import type { ParsedRow, RowContent, RowRejection } from './row.js';
import { readRows, type Cell } from './rows/index.js';
import type { NamedColumns, TaskDefinition } from './types.js';

/** Each data row in order, faulty ones too. Throws ERR_DATA_FORMAT for a column that is not there, ERR_IO. */
export async function* readNamedRows(
  task: TaskDefinition,
  format: NamedColumns,
  file: string,
  onBytes?: OnBytes,
): AsyncGenerator<ParsedRow[]> {
  const { textA, textB, label, delimiter } = format;
  const columns = { texts: textB === null ? [textA] : [textA, textB], label };
  const wanted = label === null ? columns.texts : [...columns.texts, label];
  const labelOf = labelReader(task, format);
  for await (const rows of readRows(file, format.format, wanted, { onBytes, delimiter })) {
    yield rows.map((row) => {
      const content = 'reason' in row ? { reason: row.reason, missing: false } : contentOf(columns, labelOf, row.cells);
      return { line: row.line, content };
    });
  }
}

interface Columns {
  readonly texts: readonly string[];
  readonly label: string | null;
}

/** A label's cell as the number learnt, or what is wrong with it. */
type LabelReader = (cell: Cell) => number | string;

function contentOf({ texts, label }: Columns, labelOf: LabelReader, cells: readonly Cell[]): RowContent | RowRejection {
  for (const [index, column] of texts.entries()) {
    const fault = textCellFault(column, cells[index] ?? null);
    if (fault !== null) return fault;
  }
  const [textA, textB] = cells;
  const content = { textA: String(textA), textB: texts.length === 1 ? null : String(textB) };
  if (label === null) return { ...content, label: null };
  const cell = cells[texts.length] ?? null;
  if (cell === null) return { reason: `'${label}' is null; every row needs its label`, missing: false };
  const value = labelOf(cell);
  return typeof value === 'string' ? { reason: value, missing: false } : { ...content, label: value };
}

function textCellFault(column: string, cell: Cell): RowRejection | null {
  if (typeof cell === 'string') return cell.trim() === '' ? { reason: `'${column}' has no text`, missing: true } : null;
  const reason =
    cell === null ? `'${column}' is null; every row needs its text` : `'${column}' is a ${typeof cell} (${String(cell)}), no text`;
  return { reason, missing: false };
}

/** Classes by name, whichever integer a file has for them: the hub's order is not this program's (MNLI). */
function labelReader(task: TaskDefinition, { classes }: NamedColumns): LabelReader {
  if (classes.length === 0) return (cell) => parseLabel(task, String(cell));
  const byName = new Map(classes);
  const listed = classes.map(([name], index) => `${index} (${name})`).join(', ');
  return (cell) => {
    if (cell === -1 || cell === -1n) return `the label -1 stands for none; every row of this split needs its label`;
    const name = typeof cell === 'string' ? cell : classes[Number(cell)]?.[0];
    const label = byName.get(name ?? '');
    return label === undefined ? `unknown label '${String(cell)}'; the labels of ${task.title} are ${listed}` : parseLabel(task, label);
  };
}
