/**
 * A log of a run as JSON Lines, an entry for a finished step or for what was done at its end. A run that continues first drops every line
 * past its checkpoint, because those steps are done again; a torn last line goes the same way. Lines are handed to the operating system at
 * once, in order.
 */
import { appendFileSync, closeSync, fdatasyncSync, openSync } from 'node:fs';
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
    /** Lines that an earlier call has written for the step that this one goes on from. */
    private readonly written: ReadonlySet<string>,
  ) {}

  /** Opens the log for going on after `finishedSteps`; 0 starts a new one. Throws ERR_IO. */
  static async open<Entry extends LogEntry>(path: string, finishedSteps: number): Promise<JsonLinesLog<Entry>> {
    const kept = await truncateAfter(path, finishedSteps);
    const written = new Set(kept.filter((line) => stepOf(line) === finishedSteps));
    return attemptIoSync('write', path, () => {
      makeFolderSync(dirname(path));
      return new JsonLinesLog(path, openSync(path, 'a'), written);
    });
  }

  /** Throws ERR_IO, for instance when the disk is full. */
  append(entry: Entry): void {
    attemptIoSync('write', this.path, () => appendFileSync(this.descriptor, JSON.stringify(entry) + '\n'));
  }

  /** As `append`, but for what is done at the end of a step, so that a call that goes on from there may do it again. */
  appendOnce(entry: Entry): void {
    if (!this.written.has(JSON.stringify(entry))) this.append(entry);
  }

  /** Before a checkpoint: the log is then on the disk up to its step. */
  flush(): void {
    attemptIoSync('write', this.path, () => fdatasyncSync(this.descriptor));
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** @returns the lines that are left */
async function truncateAfter(path: string, finishedSteps: number): Promise<string[]> {
  const text = await readTextIfThere(path);
  if (text === null) return [];
  const lines = finishedSteps === 0 ? [] : text.split('\n').filter((line) => stepOf(line) <= finishedSteps);
  const kept = lines.map((line) => `${line}\n`).join('');
  if (kept !== text) await writeFileAtomic(path, kept);
  return lines;
}

/** Infinity for what is no entry: the empty end of the file, or a line cut by a crash. */
function stepOf(line: string): number {
  try {
    return (JSON.parse(line) as LogEntry).step;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
