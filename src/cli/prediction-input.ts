/**
 * The input of `predict`. Plain text has one example per line, two texts separated by a tab where the task takes pairs, and no header; a
 * file whose ending says that it has columns is read by those of the task. A row that is no example stops the command with its number:
 * leaving it out would shift every prediction after it.
 */
import { createReadStream } from 'node:fs';
import { formatByEnding, type RowFormat } from '../config/custom-tasks.js';
import { splitLines } from '../tasks/lines.js';
import { readNamedRows } from '../tasks/named.js';
import { fieldText, splitFields } from '../tasks/row.js';
import { textFault, withoutByteOrderMark } from '../tasks/text.js';
import { textColumns } from '../tasks/text-columns.js';
import type { TaskDefinition } from '../tasks/types.js';
import type { PredictionRow } from '../train/predictor.js';
import { BornAgainError } from '../util/errors.js';

/** Standard input, as `--input -` names it. */
export const STDIN = '-';

/** One row of the input, or what is wrong with it. */
interface InputRow {
  readonly line: number;
  readonly content: PredictionRow | { readonly reason: string };
}

/**
 * The rows as they arrive, a chunk of the stream at a time: a program that writes a line and waits for its answer gets it.
 * @throws BornAgainError ERR_DATA_FORMAT with file and line, after the rows before it were handed out; ERR_CONFIG where nobody says which
 *   columns hold the texts; ERR_IO
 */
export async function* readPredictionRows(input: string, task: TaskDefinition): AsyncGenerator<PredictionRow[]> {
  const file = input === STDIN ? 'stdin' : input;
  const format = columnFormat(input);
  for await (const parsed of format === undefined ? plainRows(input, file, task) : columnRows(file, task, format)) {
    const rows: PredictionRow[] = [];
    for (const { line, content } of parsed) {
      if (!('reason' in content)) {
        rows.push({ textA: content.textA, textB: content.textB });
        continue;
      }
      if (rows.length > 0) yield rows;
      throw new BornAgainError('ERR_DATA_FORMAT', `${file}:${line}: ${content.reason}`, { file, line });
    }
    yield rows;
  }
}

/** Undefined for plain text, which `.tsv` is here: the texts of a pair and nothing else. */
function columnFormat(input: string): RowFormat | undefined {
  const format = input.toLowerCase().endsWith('.json') ? 'jsonl' : formatByEnding(input);
  return format === 'tsv' ? undefined : format;
}

async function* plainRows(input: string, name: string, task: TaskDefinition): AsyncGenerator<InputRow[]> {
  const source: AsyncIterable<Buffer> = input === STDIN ? process.stdin : createReadStream(input);
  let line = 0;
  for await (const lines of splitLines(source, name)) {
    yield lines.map((bytes) => {
      line += 1;
      const row = parseRow(task, line === 1 ? withoutByteOrderMark(bytes) : bytes);
      return { line, content: typeof row === 'string' ? { reason: row } : row };
    });
  }
}

function columnRows(file: string, task: TaskDefinition, format: RowFormat): AsyncIterable<readonly InputRow[]> {
  const columns = textColumns(task, format);
  if (columns !== null) return readNamedRows(task, columns, file);
  const message =
    `${file} is taken for ${format} by its ending, and the model's folder does not name the columns that hold the texts of ${task.name}. ` +
    `Give the configuration that describes the task (--config), or plain text under another ending, such as .txt: ` +
    `one example per line, no header${task.texts === 2 ? ', the two texts separated by a tab' : ''}`;
  throw new BornAgainError('ERR_CONFIG', message, { file, task: task.name });
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
