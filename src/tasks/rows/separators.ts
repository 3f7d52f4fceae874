/** Text files whose fields are separated by something else than was said: Excel writes semicolons where a comma marks decimals. */
import { columnError, locateColumns } from './columns.js';

/** What people's files have, the likeliest first. */
const SEPARATORS = [';', '\t', '|', ','];

/**
 * As `locateColumns`, for a header of text.
 * @param separator what the header was split at
 * @throws BornAgainError ERR_DATA_FORMAT also for a header that seems to have another one
 */
export function locateSeparated(
  { file, line, separator }: { readonly file: string; readonly line: number; readonly separator: string },
  header: readonly string[],
  wanted: readonly string[],
): number[] {
  const fault = wanted.every((name) => header.includes(name)) ? null : separatorFault(header, separator);
  if (fault !== null) throw columnError(file, line, fault);
  return locateColumns(file, line, header, wanted);
}

function separatorFault(header: readonly string[], separator: string): string | null {
  const text = header.join(separator);
  const announced = /^sep=(.)$/i.exec(text)?.[1];
  if (announced !== undefined) {
    const setting = announced === separator ? '' : `, and ${settingFor(announced)}`;
    return `'${text}' is a line for Excel and no header; remove it${setting}`;
  }
  const other = header.length === 1 ? SEPARATORS.find((each) => each !== separator && text.includes(each)) : undefined;
  if (other === undefined) return null;
  return `the fields seem to be separated by ${other === '\t' ? 'tabs' : `'${other}'`}; ${settingFor(other)} for the task`;
}

function settingFor(separator: string): string {
  return separator === '\t' ? 'set "format": "tsv"' : `set "format": "csv" and "delimiter": "${separator}"`;
}
