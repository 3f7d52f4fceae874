/** A run's logs, line by line: they may be long. */
import { readLines } from '../../tasks/lines.js';
import { BornAgainError } from '../../util/errors.js';

/**
 * The entries of a JSON Lines file.
 * @throws BornAgainError ERR_OUTPUT_FOLDER naming the line that is malformed
 */
export async function* logEntries<Entry>(file: string): AsyncGenerator<Entry> {
  let line = 0;
  for await (const lines of readLines(file))
    for (const bytes of lines) yield parseEntry(bytes.toString('utf8'), file, (line += 1)) as Entry;
}

function parseEntry(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = `${file}:${line} is malformed: ${(cause as Error).message}. Remove the run's folder, and the same 'bornagain run' trains it again`;
    throw new BornAgainError('ERR_OUTPUT_FOLDER', message, { file, line }, { cause });
  }
}
