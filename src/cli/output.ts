/**
 * Writing results to stdout and what is beside them to stderr. A reader that goes away (`bornagain predict … | head`) ends the process
 * quietly, as SIGPIPE ends others; any other stdout that cannot be written is an error. A stderr that cannot be written ends nothing: whoever
 * loses the log of a training keeps the training.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { attemptIoSync, ioError } from '../util/io-error.js';
import { EXIT } from './errors.js';

const STDOUT = 'standard output';

/** Terminals are sockets to Node too. Anything else it writes by one call, and loses without an error what that leaves over. */
const isStream = process.stdout instanceof Socket;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.brokenPipe);
  printNote(`error: ${ioError('write', STDOUT, error).message}`);
  process.exit(EXIT.failure);
});

// Without a listener the error would end the process.
process.stderr.on('error', () => undefined);

/** Also where stdout has refused something: it would refuse this too. */
let answered = false;

/** What `--json` promises is one document: an error after the result (runs that failed) is left to stderr and the exit code. */
export function printJson(value: unknown): void {
  if (answered) return;
  answered = true;
  write(`${JSON.stringify(value)}\n`);
}

export function printText(text: string): void {
  write(`${text}\n`);
}

/** Beside the result: a line on stderr. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The same for what an event of training would say, where no display of progress is there. */
export function printNotice({ level, message }: { readonly level: 'info' | 'warning'; readonly message: string }): void {
  printNote(`${level === 'warning' ? 'warning: ' : ''}${message}`);
}

/** As it is, without a line's end. Throws ERR_IO where a file does not take all of it; a stream's errors come later. */
export function write(text: string): void {
  if (isStream) process.stdout.write(text);
  else writeToFile(Buffer.from(text));
}

/**
 * Resolves when the file, pipe or terminal has taken the chunk, so that a slow reader slows the writer instead of filling memory.
 * @throws BornAgainError ERR_IO
 */
export async function writeStdout(chunk: Uint8Array): Promise<void> {
  if (!isStream) return writeToFile(chunk);
  return new Promise((resolve, reject) => {
    process.stdout.write(chunk, (error) => {
      if (error) reject(ioError('write', STDOUT, error));
      else resolve();
    });
  });
}

/** Resolves when all that was written has left the process: `process.exit` would cut off what a pipe has not yet taken. */
export function flushStdout(): Promise<void> {
  return writeStdout(new Uint8Array(0));
}

/** One write call may take only part of it, as the last before the disk is full does. */
function writeToFile(bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.byteLength;) {
      const from = written;
      written += attemptIoSync('write', STDOUT, () => writeSync(1, bytes, from));
    }
  } catch (error) {
    answered = true;
    throw error;
  }
}
