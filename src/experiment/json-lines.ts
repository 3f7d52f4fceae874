/** JSON Lines of an output folder, read back line by line: they may be long. */
import { z } from 'zod';
import { readLines } from '../tasks/lines.js';
import { BornAgainError } from '../util/errors.js';

/**
 * The entries of a file, in order.
 * @param check what makes an entry of a line's JSON; what it throws is told with file and line
 * @param remedy what the reader of the message can do about a malformed line
 * @throws BornAgainError ERR_IO when there is no such file, ERR_OUTPUT_FOLDER naming the line that is malformed
 */
export async function* readJsonLines<Entry>(file: string, check: (json: unknown) => Entry, remedy: string): AsyncGenerator<Entry> {
  let line = 0;
  for await (const lines of readLines(file)) {
    for (const bytes of lines) {
      line += 1;
      yield entryOf(bytes.toString('utf8'), check, { file, line, remedy });
    }
  }
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly remedy: string;
}

function entryOf<Entry>(text: string, check: (json: unknown) => Entry, { file, line, remedy }: Place): Entry {
  try {
    return check(JSON.parse(text));
  } catch (cause) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new BornAgainError('ERR_OUTPUT_FOLDER', `${file}:${line} is malformed: ${what}. ${remedy}`, { file, line }, { cause });
  }
}
