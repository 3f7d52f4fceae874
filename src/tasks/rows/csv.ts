/**
 * Comma-separated rows (or by another character) under a header, quoted as RFC 4180 has it: `"a ""word"", and a comma"`, line ends inside quotes included. Records
 * are told apart here and parsed by csv-parse: its own line numbers are wrong after a lone carriage return, and it cannot go on after a
 * record it refuses.
 */
import { parse } from 'csv-parse/sync';
import { BornAgainError } from '../../util/errors.js';
import { MAX_LINE_BYTES, readLinesToLast, type OnBytes } from '../lines.js';
import { textFault, withoutByteOrderMark } from '../text.js';
import { columnError } from './columns.js';
import { locateSeparated } from './separators.js';
import type { Row, RowReader, UnreadableRow } from './types.js';

interface CsvRecord {
  /** Of its first line. */
  readonly line: number;
  readonly text: string;
  /** What is wrong with its bytes, or null. */
  readonly fault: string | null;
}

type Fields = readonly string[];

interface Layout {
  /** Fields of the header. */
  readonly width: number;
  readonly delimiter: string;
}

export const readCsvRows: RowReader = async function* (file, columns, { onBytes, delimiter = ',' } = {}) {
  let width = 0;
  let places: readonly number[] | null = null;
  for await (const records of readRecords(file, delimiter, onBytes)) {
    const rows: (Row | UnreadableRow)[] = [];
    for (const [index, { line, fields }] of parseRecords(records, delimiter).entries()) {
      if (places === null) {
        if (typeof fields === 'string') throw columnError(file, line, fields);
        width = fields.length;
        places = locateSeparated({ file, line, separator: delimiter }, fields, columns);
        continue;
      }
      const fault = typeof fields === 'string' || fields.length !== width ? swallowed(file, records[index], { width, delimiter }) : null;
      if (fault !== null) {
        if (rows.length > 0) yield rows;
        throw fault;
      }
      rows.push(toRow(line, fields, { width, delimiter }, places));
    }
    yield rows;
  }
};

function toRow(line: number, fields: Fields | string, { width, delimiter }: Layout, places: readonly number[]): Row | UnreadableRow {
  if (typeof fields === 'string') return { line, reason: fields };
  if (fields.length === width) return { line, cells: places.map((place) => fields[place] ?? '') };
  const hint = fields.length > width ? `; a text with ${delimiter === ',' ? 'a comma' : `'${delimiter}'`} must stand in quotes` : '';
  return { line, reason: `${fields.length} fields where the header has ${width}${hint}` };
}

/**
 * A quote that is not closed takes the rows after it into one record, to the next quote or the file's end. Leaving that out would lose them
 * under the name of one bad row, so no policy for bad rows covers it.
 * @param record one that is no row
 * @returns what to throw where lines inside it would be rows by themselves (ERR_DATA_FORMAT), else null
 */
function swallowed(file: string, record: CsvRecord | undefined, { width, delimiter }: Layout): BornAgainError | null {
  if (record === undefined) return null;
  const { line, text } = record;
  const whole = parseOne(text, delimiter);
  // Its quotes are in order; what is wrong with it is its bytes.
  if (typeof whole !== 'string' && whole.length === width) return null;
  const inside = text.split('\n').slice(1);
  const rows = inside
    .map((each) => parseOne(each, delimiter))
    .filter((fields) => typeof fields !== 'string' && fields.length === width).length;
  if (rows === 0) return null;
  const reason = `a quote that opens in this row is not closed where the row ends: ${rows} of the ${inside.length} lines after it would go with it, and are rows by themselves`;
  const message = `${file}:${line}: ${reason}. Close the quote, or double it where it belongs to the text; skipping bad rows does not cover this`;
  return new BornAgainError('ERR_DATA_FORMAT', message, { file, line, reason });
}

/** The complete records of one chunk of the file at a time. */
async function* readRecords(file: string, delimiter: string, onBytes: OnBytes | undefined): AsyncGenerator<CsvRecord[]> {
  let line = 0;
  const open = new OpenRecord(file, delimiter);
  for await (const lines of readLinesToLast(file, onBytes)) {
    const records: CsvRecord[] = [];
    for (const bytes of lines) {
      line += 1;
      const record = open.add(line === 1 ? withoutByteOrderMark(bytes) : bytes, line);
      if (record !== null) records.push(record);
    }
    yield records;
  }
  const rest = open.end();
  if (rest !== null) yield [rest];
}

/** The lines of a record that is not complete: its last line end is inside a field. */
class OpenRecord {
  private lines: string[] = [];
  private start = 0;
  private inQuotes = false;
  private bytes = 0;
  private fault: string | null = null;

  constructor(
    private readonly file: string,
    private readonly delimiter: string,
  ) {}

  add(bytes: Buffer, line: number): CsvRecord | null {
    if (this.lines.length === 0) this.start = line;
    const text = bytes.toString('utf8');
    this.lines.push(text);
    this.fault ??= textFault(bytes);
    this.inQuotes = endsInQuotes(text, this.delimiter, this.inQuotes);
    this.bytes += bytes.length;
    if (!this.inQuotes) return this.end();
    if (this.bytes <= MAX_LINE_BYTES) return null;
    const message = `${this.file}:${this.start}: a record of more than ${MAX_LINE_BYTES} bytes; a quote that opens here is not closed`;
    throw new BornAgainError('ERR_DATA_FORMAT', message, { file: this.file, line: this.start });
  }

  /** The record as it stands, or null where none is open. */
  end(): CsvRecord | null {
    if (this.lines.length === 0) return null;
    const record = { line: this.start, text: this.lines.join('\n'), fault: this.fault };
    this.lines = [];
    this.inQuotes = false;
    this.bytes = 0;
    this.fault = null;
    return record;
  }
}

/**
 * Whether the line's end is inside a quoted field. A quote opens one only where a field begins: anywhere else it is a fault of that line,
 * which must not take the lines after it along.
 * @param inQuotes whether its beginning is
 */
function endsInQuotes(line: string, delimiter: string, inQuotes: boolean): boolean {
  const opens = !inQuotes && line.startsWith('"');
  let inside = inQuotes || opens;
  for (let at = opens ? 1 : 0; ;) {
    const next = line.indexOf(inside ? '"' : `${delimiter}"`, at);
    if (next < 0) return inside;
    // Inside, two quotes are one of the text.
    const doubled = inside && line[next + 1] === '"';
    at = next + (inside ? (doubled ? 2 : 1) : delimiter.length + 1);
    inside = doubled || !inside;
  }
}

interface ParsedRecord {
  readonly line: number;
  /** Or the reason why there are none. */
  readonly fields: Fields | string;
}

/** All at once, which is four times as fast; one by one where any of them is faulty, so that it is told which and the others are kept. */
function parseRecords(records: readonly CsvRecord[], delimiter: string): ParsedRecord[] {
  const sound = records.every(({ fault, text }) => fault === null && text !== '');
  const parsed = sound ? parseText(records.map(({ text }) => text).join('\n'), delimiter) : null;
  if (parsed instanceof Array && parsed.length === records.length) {
    return records.map(({ line }, index) => ({ line, fields: parsed[index] ?? [] }));
  }
  return records.map(({ line, text, fault }) => ({ line, fields: fault ?? parseOne(text, delimiter) }));
}

function parseOne(text: string, delimiter: string): Fields | string {
  if (text === '') return 'the line is blank';
  const parsed = parseText(text, delimiter);
  if (parsed instanceof Array) return parsed[0] ?? [];
  const lines = text.split('\n').length;
  const span = lines === 1 ? '' : `, in a record of ${lines} lines`;
  return `malformed quotes${span}: ${parsed.message}; a field with quotes stands in quotes, and those inside are doubled`;
}

function parseText(text: string, delimiter: string): Fields[] | Error {
  try {
    return parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true });
  } catch (error) {
    // Told as the row's fault: whether a bad row stops the reading is not decided here.
    return error as Error;
  }
}
