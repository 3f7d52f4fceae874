/** The header line of a file, checked by name: a file with other columns would be read without complaint, and train on its index column. */
import { BornAgainError } from '../util/errors.js';
import { endSentence } from '../util/format.js';
import { fieldText, splitFields } from './row.js';
import { textFault } from './text.js';
import type { OfficialSplit } from './types.js';

const SHOWN = 160;

/**
 * Checks the first line against the format's header. Always stops: with another header no row can be trusted.
 * @returns how many fields each row has
 * @throws BornAgainError ERR_DATA_FORMAT with the columns expected and found
 */
export function checkHeader(file: string, header: Readonly<Record<number, string>>, format: OfficialSplit, line: Buffer): number {
  const fault = textFault(line);
  if (fault !== null) throw wrongHeader(file, `${fault}. Without a header no row can be read`);
  const found = splitFields(line);
  const expected = Object.entries(header);
  const wrong = expected.filter(([column, name]) => fieldText(found, Number(column)) !== name);
  if (wrong.length === 0 && found.length >= format.minFields) return found.length;
  const columns = expected.map(([column, name]) => `${columnName(Number(column))} '${name}'`).join(', ');
  const shown = found.map(String).join(' | ').slice(0, SHOWN);
  throw wrongHeader(
    file,
    `wrong header: expected at least ${format.minFields} columns with ${columns}; found ${found.length}: ${endSentence(shown)} Is this the official file, tab-separated?`,
  );
}

function columnName(column: number): string {
  return column < 0 ? 'last column' : `column ${column + 1}`;
}

function wrongHeader(file: string, reason: string): BornAgainError {
  return new BornAgainError('ERR_DATA_FORMAT', `${file}:1: ${reason}`, { file, line: 1, reason });
}
