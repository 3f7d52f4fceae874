/** Writing results to stdout. A reader that goes away (`bornagain predict … | head`) ends the process quietly, as SIGPIPE ends others. */
import { EXIT } from './errors.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.brokenPipe);
  throw error;
});

let answered = false;

/** What `--json` promises is one document: an error after the result (runs that failed) is left to stderr and the exit code. */
export function printJson(value: unknown): void {
  if (answered) return;
  answered = true;
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printText(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Beside the result: a line on stderr. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The same for what an event of training would say, where no display of progress is there. */
export function printNotice({ level, message }: { readonly level: 'info' | 'warning'; readonly message: string }): void {
  printNote(`${level === 'warning' ? 'warning: ' : ''}${message}`);
}

/** Resolves when the pipe or terminal has taken the chunk, so that a slow reader slows the writer instead of filling memory. */
export function writeStdout(chunk: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(chunk, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Resolves when all that was written has left the process: `process.exit` would cut off what a pipe has not yet taken. */
export function flushStdout(): Promise<void> {
  return writeStdout('');
}
