/**
 * A log of a run as JSON Lines, an entry for a finished step or for what was done at its end. A run that continues first drops every line
 * past its checkpoint, because those steps are done again; a torn last line goes the same way. Lines are handed to the operating system at
 * once, in order.
 */
import { appendFileSync, closeSync, fdatasyncSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../util/atomic-file.js';
import { attemptIoSync } from '../util/io-error.js';
import { readTextIfThere } from '../util/if-there.js';
import { makeFolderSync } from '../util/make-folder.js';

export interface LogEntry {
  /** Steps finished, this one included. */
  readonly step: number;
}

export class JsonLinesLog<Entry extends LogEntry> {
  private constructor(
    readonly path: string,
    readonly descriptor: number,
  ) {}

  /** Opens the log for going on after `finishedSteps`; 0 starts a new one. Throws ERR_IO. */
  static async open<Entry extends LogEntry>(path: string, finishedSteps: number): Promise<JsonLinesLog<Entry>> {
    await truncateAfter(path, finishedSteps);
    return attemptIoSync('write', path, () => {
      makeFolderSync(dirname(path));
      return new JsonLinesLog(path, openSync(path, 'a'));
    });
  }

  /** Throws ERR_IO, for instance when the disk is full. */
  append(entry: Entry): void {
    attemptIoSync('write', this.path, () => appendFileSync(this.descriptor, JSON.stringify(entry) + '\n'));
  }

  /**
   * As `append`, but nothing where the log has that very entry: for what a call does again that goes on from behind it. Reads the log, so it
   * is for short ones.
   */
  appendOnce(entry: Entry): void {
    const written = attemptIoSync('read', this.path, () => readFileSync(this.path, 'utf8')).split('\n');
    if (!written.includes(JSON.stringify(entry))) this.append(entry);
  }

  /** Before a checkpoint: the log is then on the disk up to its step. */
  flush(): void {
    attemptIoSync('write', this.path, () => fdatasyncSync(this.descriptor));
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

async function truncateAfter(path: string, finishedSteps: number): Promise<void> {
  const text = await readTextIfThere(path);
  if (text === null) return;
  const lines = finishedSteps === 0 ? [] : text.split('\n').filter((line) => stepOf(line) <= finishedSteps);
  const kept = lines.map((line) => `${line}\n`).join('');
  if (kept !== text) await writeFileAtomic(path, kept);
}

/** Infinity for what is no entry: the empty end of the file, or a line cut by a crash. */
function stepOf(line: string): number {
  try {
    return (JSON.parse(line) as LogEntry).step;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
