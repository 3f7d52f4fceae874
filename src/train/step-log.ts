/**
 * Logs of a run, a line for each finished step (`steps.jsonl`) or each evaluation during training (`selection.jsonl`). A run that continues
 * first drops every line past its checkpoint, because those steps are done again; a torn last line goes the same way. Lines are handed to
 * the operating system at once, in order.
 */
import { appendFileSync, closeSync, fdatasyncSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../util/atomic-file.js';
import { errnoOf, ioError } from '../util/io-error.js';

export interface StepLogTask {
  /** Examples of the task in the batch. */
  readonly count: number;
  /** Mean of their unweighted losses. */
  readonly loss: number;
}

export interface StepLogEntry {
  /** Steps finished, this one included. */
  readonly step: number;
  readonly loss: number;
  readonly lambda: number | null;
  readonly learningRate: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  readonly tokens: number;
  /** Inside native compute. */
  readonly seconds: number;
  /** By task; only those in the batch. */
  readonly tasks: Readonly<Record<string, StepLogTask>>;
}

export class StepLog<Entry extends { readonly step: number } = StepLogEntry> {
  private constructor(
    readonly path: string,
    readonly descriptor: number,
  ) {}

  /** Opens the log for going on after `finishedSteps`; 0 starts a new one. Throws ERR_IO. */
  static async open<Entry extends { readonly step: number } = StepLogEntry>(path: string, finishedSteps: number): Promise<StepLog<Entry>> {
    await truncateAfter(path, finishedSteps);
    return attempt(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      return new StepLog<Entry>(path, openSync(path, 'a'));
    });
  }

  /** Throws ERR_IO, for instance when the disk is full. */
  append(entry: Entry): void {
    attempt(this.path, () => appendFileSync(this.descriptor, JSON.stringify(entry) + '\n'));
  }

  /** Before a checkpoint: the log is then on the disk up to its step. */
  flush(): void {
    attempt(this.path, () => fdatasyncSync(this.descriptor));
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

async function truncateAfter(path: string, finishedSteps: number): Promise<void> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw ioError('read', path, error);
  }
  const kept = text
    .split('\n')
    .filter((line) => stepOf(line) <= finishedSteps)
    .map((line) => `${line}\n`)
    .join('');
  if (kept !== text) await writeFileAtomic(path, kept);
}

/** Infinity for what is no entry: the empty end of the file, or a line cut by a crash. */
function stepOf(line: string): number {
  try {
    return (JSON.parse(line) as { step: number }).step;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function attempt<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw ioError('write', path, error);
  }
}
