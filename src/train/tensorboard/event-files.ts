/**
 * A run's TensorBoard files, `events.out.tfevents.<number>.bornagain`: a new one for every call that works on the run, as TensorBoard
 * expects it, since a reader that is looking on keeps the older ones open. Steps that are done again are cut from the older ones first,
 * and the new file begins by telling a reader to forget them.
 */
import { appendFileSync, closeSync, fdatasyncSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../util/atomic-file.js';
import { attemptIoSync, ioError } from '../../util/io-error.js';
import { makeFolderSync } from '../../util/make-folder.js';
import { removeFile } from '../../util/remove-file.js';
import { readEventKey, scalarsEvent, sessionStartEvent, textEvent, versionEvent, type EventTime, type Scalars } from './event.js';
import { isStepTag } from './scalars.js';
import { frameRecord, readRecords } from './records.js';
import { namesIn } from '../../util/if-there.js';

const FILE_NAME = /^events\.out\.tfevents\.(\d{10})\.bornagain$/;

const fileName = (number: number): string => `events.out.tfevents.${String(number).padStart(10, '0')}.bornagain`;

export class EventFiles {
  private constructor(
    private readonly path: string,
    private readonly descriptor: number,
    /** `<step> <tag>` of the scores that earlier calls have written. */
    private readonly written: ReadonlySet<string>,
  ) {}

  /**
   * Opens a new file for going on after `finishedSteps`; 0 removes the older ones.
   * @param introduction Markdown, written once for a run
   * @throws BornAgainError ERR_IO
   */
  static async open(folder: string, finishedSteps: number, introduction: string): Promise<EventFiles> {
    const earlier = await listFiles(folder);
    const written = new Set<string>();
    if (finishedSteps === 0) await removeEventFiles(folder);
    else for (const name of earlier) for (const tag of await cutAfter(join(folder, name), finishedSteps)) written.add(tag);
    const last = finishedSteps === 0 ? 0 : Number(FILE_NAME.exec(earlier.at(-1) ?? '')?.[1] ?? 0);
    const path = join(folder, fileName(last + 1));
    const files = attemptIoSync('write', path, () => {
      makeFolderSync(folder);
      return new EventFiles(path, openSync(path, 'a'), written);
    });
    try {
      files.begin(finishedSteps, last === 0 ? introduction : null);
    } catch (error) {
      files.close();
      throw error;
    }
    return files;
  }

  /** Throws ERR_IO. */
  addScalars(step: number, scalars: Scalars): void {
    this.append(scalarsEvent(now(step), scalars));
  }

  /** As `addScalars`, but for scores, which a call that goes on from behind their step may compute again. */
  addScalarsOnce(step: number, scalars: Scalars): void {
    const fresh = Object.entries(scalars).filter(([tag]) => !this.written.has(`${step} ${tag}`));
    if (fresh.length > 0) this.addScalars(step, Object.fromEntries(fresh));
  }

  flush(): void {
    attemptIoSync('write', this.path, () => fdatasyncSync(this.descriptor));
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private begin(finishedSteps: number, introduction: string | null): void {
    this.append(versionEvent(now(0).wallTime));
    if (finishedSteps > 0) this.append(sessionStartEvent(now(finishedSteps + 1)));
    if (introduction !== null) this.append(textEvent(now(0), 'configuration/text_summary', introduction));
  }

  private append(event: Uint8Array): void {
    attemptIoSync('write', this.path, () => appendFileSync(this.descriptor, frameRecord(event)));
  }
}

const now = (step: number): EventTime => ({ wallTime: Date.now() / 1000, step });

/** Throws ERR_IO. */
export async function removeEventFiles(folder: string): Promise<void> {
  for (const name of await listFiles(folder)) await removeFile(join(folder, name));
}

/** In the order they were written. */
async function listFiles(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => FILE_NAME.test(name)).sort();
}

/**
 * Removes the events of later steps, session starts among them, and a torn end.
 * @returns `<step> <tag>` of the scores that are left; what steps themselves tell would be far more
 */
async function cutAfter(path: string, finishedSteps: number): Promise<string[]> {
  const file = await readFile(path).catch((error: unknown) => {
    throw ioError('read', path, error);
  });
  const keys = [...readRecords(file)].map((data) => ({ data, ...readEventKey(data) }));
  const kept = keys.filter(({ step }) => step <= finishedSteps);
  const content = Buffer.concat(kept.map(({ data }) => frameRecord(data)));
  if (content.length < file.length) await writeFileAtomic(path, content);
  return kept.flatMap(({ step, tags }) => tags.filter((tag) => !isStepTag(tag)).map((tag) => `${step} ${tag}`));
}
