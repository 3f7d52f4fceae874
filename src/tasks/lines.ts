/**
 * Lines of a file as raw bytes, so that a reader can check UTF-8 line by line. Not csv-parse (rows/csv.ts hands it records): a lone
 * carriage return in a text shifts its line numbers, and it is several times slower. Not readline: it decodes without checking and splits at U+2028 as well. The
 * official files have no quoting: a line end is byte 0x0A (a 0x0D before it dropped) and nothing else.
 */
import { createReadStream } from 'node:fs';
import { BornAgainError } from '../util/errors.js';
import { ioError } from '../util/io-error.js';

const CHUNK_BYTES = 1 << 18;
/** Ten times GLUE's longest line. It bounds memory on a file that is no text (an archive, say). */
export const MAX_LINE_BYTES = 1 << 20;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Told how many bytes of a file have been read since it was told last. */
export type OnBytes = (bytes: number) => void;

/**
 * The lines of one chunk of the file at a time, in order: a promise per line would cost more than the parsing. A final newline starts no
 * line of its own. The buffers are views that nothing writes to afterwards.
 * @throws BornAgainError ERR_IO when the file cannot be read, ERR_DATA_FORMAT for a line over MAX_LINE_BYTES
 */
export async function* readLines(path: string, onBytes?: OnBytes): AsyncGenerator<Buffer[]> {
  yield* splitLines(createReadStream(path, { highWaterMark: CHUNK_BYTES }), path, onBytes);
}

/**
 * The same without the blank lines that a file ends with: an editor or a program has left them there, and they are no rows. A file of
 * blank lines alone keeps them.
 */
export async function* readLinesToLast(path: string, onBytes?: OnBytes): AsyncGenerator<Buffer[]> {
  let begun = false;
  // Counted, not kept: each line is a view that keeps its chunk in memory.
  let held = 0;
  for await (const lines of readLines(path, onBytes)) {
    const end = lines.findLastIndex(({ length }) => length > 0) + 1;
    if (end > 0) {
      yield* blankLines(held);
      yield lines.slice(0, end);
      begun = true;
      held = 0;
    }
    held += lines.length - end;
  }
  if (!begun) yield* blankLines(held);
}

/** No more at a time than a chunk can hold. */
function* blankLines(count: number): Generator<Buffer[]> {
  for (let left = count; left > 0; left -= CHUNK_BYTES) {
    yield Array.from({ length: Math.min(left, CHUNK_BYTES) }, () => Buffer.alloc(0));
  }
}

/** The same for any stream of bytes, such as stdin; `name` stands for it in messages. */
export async function* splitLines(source: AsyncIterable<Buffer>, name: string, onBytes?: OnBytes): AsyncGenerator<Buffer[]> {
  let rest: Buffer = Buffer.alloc(0);
  let count = 0;
  for await (const chunk of chunks(source, name)) {
    onBytes?.(chunk.length);
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED, rest.length); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      lines.push(withoutCarriageReturn(bytes.subarray(start, end)));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    count += lines.length;
    if (rest.length > MAX_LINE_BYTES) throw tooLong(name, count + 1);
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0) yield [withoutCarriageReturn(rest)];
}

async function* chunks(source: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (cause) {
    throw ioError('read', name, cause);
  }
}

function withoutCarriageReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}

function tooLong(file: string, line: number): BornAgainError {
  const message = `${file}:${line}: a line of more than ${MAX_LINE_BYTES} bytes; is this a tab-separated text file, unpacked?`;
  return new BornAgainError('ERR_DATA_FORMAT', message, { file, line });
}
