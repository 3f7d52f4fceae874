/** A run's logs. */
import { readJsonLines } from '../../experiment/json-lines.js';

const REMEDY = 'Remove the file; the report then does without it';

/**
 * The entries of a JSON Lines file, whose writer is this program: their form is not checked.
 * @throws BornAgainError ERR_OUTPUT_FOLDER naming the line that is malformed
 */
export function logEntries<Entry>(file: string): AsyncGenerator<Entry> {
  return readJsonLines(file, (json) => json as Entry, REMEDY);
}
