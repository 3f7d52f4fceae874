/**
 * The input of `predict`: one example per line, two texts separated by a tab where the task takes pairs, no header. A line that is not
 * that stops the command with its number: leaving it out would shift every prediction after it.
 */
import { createReadStream } from 'node:fs';
import { splitLines } from '../tasks/lines.js';
import { fieldText, splitFields } from '../tasks/row.js';
import { textFault, withoutByteOrderMark } from '../tasks/text.js';
import type { TaskDefinition } from '../tasks/types.js';
import type { PredictionRow } from '../train/predictor.js';
import { BornAgainError } from '../util/errors.js';

/** Standard input, as `--input -` names it. */
export const STDIN = '-';

/**
 * The rows as they arrive, a chunk of the stream at a time: a program that writes a line and waits for its answer gets it.
 * @throws BornAgainError ERR_DATA_FORMAT with file and line, after the rows before it were handed out; ERR_IO
 */
export async function* readPredictionRows(input: string, task: TaskDefinition): AsyncGenerator<PredictionRow[]> {
  const name = input === STDIN ? 'stdin' : input;
  const source: AsyncIterable<Buffer> = input === STDIN ? process.stdin : createReadStream(input);
  let line = 0;
  for await (const lines of splitLines(source, name)) {
    const rows: PredictionRow[] = [];
    for (const bytes of lines) {
      line += 1;
      const row = parseRow(task, line === 1 ? withoutByteOrderMark(bytes) : bytes);
      if (typeof row !== 'string') {
        rows.push(row);
        continue;
      }
      if (rows.length > 0) yield rows;
      throw new BornAgainError('ERR_DATA_FORMAT', `${name}:${line}: ${row}`, { file: name, line });
    }
    yield rows;
  }
}

/** The row, or what is wrong with the line. */
function parseRow(task: TaskDefinition, bytes: Buffer): PredictionRow | string {
  const fault = textFault(bytes);
  if (fault !== null) return fault;
  if (bytes.length === 0) return 'the line is blank; each line is an example';
  const fields = splitFields(bytes);
  if (fields.length !== task.texts) {
    const wanted = task.texts === 2 ? 'two texts separated by one tab' : 'one text without a tab';
    return `${task.title} takes ${wanted}, this line has ${fields.length} field${fields.length === 1 ? '' : 's'}`;
  }
  const texts = fields.map((_, column) => fieldText(fields, column));
  const empty = texts.findIndex((text) => text.trim() === '');
  if (empty >= 0) return `empty sentence: field ${empty + 1} has no text`;
  return { textA: texts[0] ?? '', textB: texts[1] ?? null };
}
