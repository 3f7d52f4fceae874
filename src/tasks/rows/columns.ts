/** Columns by name: where they stand in a header, and what to say of one that is not there. */
import { BornAgainError } from '../../util/errors.js';
import { didYouMean, nearestName } from '../../util/nearest-name.js';

/** Columns listed at most; a table can have thousands. */
const LISTED = 20;

/**
 * Index of each wanted column in the header.
 * @param line the header's; null for a format without lines
 * @throws BornAgainError ERR_DATA_FORMAT for a column that the header does not have, or has twice
 */
export function locateColumns(file: string, line: number | null, header: readonly string[], wanted: readonly string[]): number[] {
  return wanted.map((name) => {
    const index = header.indexOf(name);
    const reason = index < 0 ? missingColumn(name, header) : header.lastIndexOf(name) > index ? `there are two columns '${name}'` : null;
    if (reason !== null) throw columnError(file, line, reason);
    return index;
  });
}

/** `there is no column 'txt'; did you mean 'text'? The columns are 'id', 'text', 'label'`. */
export function missingColumn(name: string, present: readonly string[]): string {
  if (present.length === 0) return `there is no column '${name}', nor any other`;
  return `there is no column '${name}'${didYouMean(nearestName(name, present))} The columns are ${listed(present)}`;
}

function listed(names: readonly string[]): string {
  const rest = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return `${names
    .slice(0, LISTED)
    .map((name) => `'${name}'`)
    .join(', ')}${rest}`;
}

/** @param line null for a format whose columns stand on no line */
export function columnError(file: string, line: number | null, reason: string): BornAgainError {
  const advice = "The columns of a task of one's own are named under customTasks in the configuration";
  const place = line === null ? file : `${file}:${line}`;
  return new BornAgainError('ERR_DATA_FORMAT', `${place}: ${reason}. ${advice}`, { file, ...(line === null ? {} : { line }), reason });
}
