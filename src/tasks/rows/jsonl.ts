/** JSON Lines: an object on each line, the columns are its keys. */
import { readLinesToLast } from '../lines.js';
import { textFault, withoutByteOrderMark } from '../text.js';
import { missingColumn } from './columns.js';
import type { Cell, Row, RowReader, UnreadableRow } from './types.js';

export const readJsonLines: RowReader = async function* (file, columns, onBytes) {
  let line = 0;
  for await (const lines of readLinesToLast(file, onBytes)) {
    yield lines.map((bytes) => {
      line += 1;
      return parseLine(line === 1 ? withoutByteOrderMark(bytes) : bytes, line, columns);
    });
  }
};

function parseLine(bytes: Buffer, line: number, columns: readonly string[]): Row | UnreadableRow {
  const fault = textFault(bytes);
  if (fault !== null) return { line, reason: fault };
  if (bytes.length === 0) return { line, reason: 'the line is blank' };
  const value = jsonOrError(bytes.toString('utf8'));
  if (value instanceof SyntaxError) return { line, reason: `this is no JSON: ${value.message}` };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, reason: 'expected a JSON object, such as {"text": "…", "label": "…"}' };
  }
  return pick(new Map<string, unknown>(Object.entries(value)), line, columns);
}

function pick(object: ReadonlyMap<string, unknown>, line: number, columns: readonly string[]): Row | UnreadableRow {
  const cells: Cell[] = [];
  for (const name of columns) {
    const cell = object.get(name);
    if (cell === undefined) return { line, reason: missingColumn(name, [...object.keys()]) };
    if (typeof cell === 'object' && cell !== null) return { line, reason: `'${name}' is ${Array.isArray(cell) ? 'a list' : 'an object'}` };
    cells.push(cell as Cell);
  }
  return { line, cells };
}

/** The value, or the SyntaxError. Any depth will do: only plain values are taken. */
function jsonOrError(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // Told as the row's fault: whether a bad row stops the reading is not decided here.
    return error;
  }
}
