/** JSON Lines: an object on each line, the columns are its keys. */
import { BornAgainError } from '../../util/errors.js';
import { readLinesToLast } from '../lines.js';
import { textFault, withoutByteOrderMark } from '../text.js';
import { columnError, missingColumn } from './columns.js';
import type { Cell, Row, RowReader, UnreadableRow } from './types.js';

interface ObjectLine {
  readonly line: number;
  readonly object: ReadonlyMap<string, unknown>;
}

export const readJsonLines: RowReader = async function* (file, columns, { onBytes } = {}) {
  let line = 0;
  for await (const lines of readLinesToLast(file, onBytes)) {
    const begins = line === 0;
    if (begins) requireJsonLines(file, lines[0]);
    const parsed = lines.map((bytes) => {
      line += 1;
      return parseLine(line === 1 ? withoutByteOrderMark(bytes) : bytes, line);
    });
    if (begins) requireColumns(file, parsed, columns);
    yield parsed.map((row) => ('reason' in row ? row : pick(row, columns)));
  }
};

/** Throws ERR_DATA_FORMAT for JSON that is no JSON Lines: each of its lines would be told as a bad row, and none is. */
function requireJsonLines(file: string, first: Buffer | undefined): void {
  const text = first === undefined ? '' : withoutByteOrderMark(first).toString('utf8').trim();
  const [what, command] = text.startsWith('[')
    ? ['a JSON array', "jq -c '.[]'"]
    : text === '{'
      ? ['JSON over several lines', 'jq -c .']
      : [];
  if (what === undefined) return;
  const reason = `this is ${what}; JSON Lines have one object on each line. Convert it: ${command} ${file}`;
  throw new BornAgainError('ERR_DATA_FORMAT', `${file}:1: ${reason}`, { file, line: 1, reason });
}

/** A column that none of the first lines has is misnamed in the configuration, and no fault of a row. Throws ERR_DATA_FORMAT. */
function requireColumns(file: string, parsed: readonly (ObjectLine | UnreadableRow)[], columns: readonly string[]): void {
  const rows = parsed.flatMap((row) => ('reason' in row ? [] : [row]));
  const [first] = rows;
  const missing = columns.find((name) => !rows.some(({ object }) => object.has(name)));
  if (first === undefined || missing === undefined) return;
  throw columnError(file, first.line, missingColumn(missing, [...first.object.keys()]));
}

function parseLine(bytes: Buffer, line: number): ObjectLine | UnreadableRow {
  const fault = textFault(bytes);
  if (fault !== null) return { line, reason: fault };
  if (bytes.length === 0) return { line, reason: 'the line is blank' };
  const value = jsonOrError(bytes.toString('utf8'));
  if (value instanceof SyntaxError) return { line, reason: `this is no JSON: ${value.message}` };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, reason: 'expected a JSON object, such as {"text": "…", "label": "…"}' };
  }
  return { line, object: new Map<string, unknown>(Object.entries(value)) };
}

function pick({ line, object }: ObjectLine, columns: readonly string[]): Row | UnreadableRow {
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
