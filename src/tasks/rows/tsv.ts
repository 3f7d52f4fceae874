/** Tab-separated rows under a header, without quoting: a lone `"` is text, as in GLUE's files. */
import { readLinesToLast } from '../lines.js';
import { fieldText, splitFields } from '../row.js';
import { textFault, withoutByteOrderMark } from '../text.js';
import { columnError } from './columns.js';
import { locateSeparated } from './separators.js';
import type { Row, RowReader, UnreadableRow } from './types.js';

export const readTsvRows: RowReader = async function* (file, columns, { onBytes } = {}) {
  let line = 0;
  let width = 0;
  let places: readonly number[] = [];
  for await (const lines of readLinesToLast(file, onBytes)) {
    const rows: (Row | UnreadableRow)[] = [];
    for (const bytes of lines) {
      line += 1;
      if (line > 1) {
        rows.push(parseLine(bytes, line, width, places));
        continue;
      }
      const header = headerOf(file, withoutByteOrderMark(bytes));
      width = header.length;
      places = locateSeparated({ file, line, separator: '\t' }, header, columns);
    }
    yield rows;
  }
};

function headerOf(file: string, bytes: Buffer): string[] {
  const fault = textFault(bytes);
  if (fault !== null) throw columnError(file, 1, fault);
  return splitFields(bytes).map(String);
}

function parseLine(bytes: Buffer, line: number, width: number, places: readonly number[]): Row | UnreadableRow {
  const fault = textFault(bytes);
  if (fault !== null) return { line, reason: fault };
  if (bytes.length === 0) return { line, reason: 'the line is blank' };
  const fields = splitFields(bytes);
  if (fields.length === width) return { line, cells: places.map((place) => fieldText(fields, place)) };
  const hint = fields.length > width ? '; is there a tab inside a text?' : '';
  return { line, reason: `${fields.length} fields where the header has ${width}${hint}` };
}
