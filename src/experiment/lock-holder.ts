/**
 * Who holds a lock, and whether it still works. A process that can be asked is asked: its number and its start time tell it from a later one
 * with the same number. One on another machine, in another container, or in another thread of this process gives signs of life instead:
 * while it holds the lock it touches the file, and where it has not for minutes it is gone.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { ifThereSync } from '../util/if-there.js';
import { errnoOf, ioError } from '../util/io-error.js';
import { readOutputJson } from './run-record.js';

/** How often it touches the file. */
const BEAT_MS = 20_000;
/** As long as a busy process or a slow network folder may stay silent. */
export const SILENT_AFTER_MS = 5 * 60_000;

const NAMESPACE = '/proc/self/ns/pid';
/** How Linux says that there is no such process, the second where it ends while it is read. */
const ENDED = ['ENOENT', 'ESRCH'];

const holderSchema = z.strictObject({
  pid: z.int().positive(),
  host: z.string(),
  /** Clock ticks since boot; null where the system does not tell. */
  started: z.string().nullable(),
  /** In which the number is one, as Linux names it: `pid:[4026531836]`; null on other systems. Versions without it give no signs of life. */
  namespace: z.string().nullable().optional(),
});
export type Holder = Readonly<z.infer<typeof holderSchema>>;

/** Null where it is gone. Throws ERR_OUTPUT_FOLDER for a file that is no lock. */
export const readHolder = (path: string): Promise<Holder | null> => readOutputJson(path, holderSchema);

export function thisProcess(): Holder {
  return { pid: process.pid, host: hostname(), started: startTime(process.pid), namespace: namespace() };
}

export function isSelf(holder: Holder): boolean {
  const { pid, host, started } = thisProcess();
  return isNear(holder) && holder.host === host && holder.pid === pid && holder.started === started;
}

/** @param silentMs since it last touched the file */
export function isAlive(holder: Holder, silentMs: number): boolean {
  if (isAskable(holder)) return isRunning(holder);
  return !givesSigns(holder) || silentMs < SILENT_AFTER_MS;
}

/** Whether its silence alone tells that it is gone. */
export function givesSigns(holder: Holder): boolean {
  return !isAskable(holder) && holder.namespace !== undefined;
}

function isAskable(holder: Holder): boolean {
  return isNear(holder) && !isSelf(holder);
}

/** `process 12 on node-3`, and why nobody can ask it. */
export function nameOf(holder: Holder | null): string {
  if (holder === null) return 'another process';
  const name = `process ${holder.pid} on ${holder.host}`;
  if (isSelf(holder)) return `${name}, which is this one: another call, or a thread that was ended`;
  return isNear(holder) || holder.host !== hostname() ? name : `${name}, in another container`;
}

/** Gives signs of life until the function it returns is called. */
export function beat(path: string): () => void {
  const timer = setInterval(() => void touch(path), BEAT_MS).unref();
  return () => {
    clearInterval(timer);
  };
}

/** The time of the inode's change, by the clock of whoever keeps the file; that of its content still tells when the lock was taken. */
async function touch(path: string): Promise<void> {
  try {
    const { atime, mtimeMs } = await stat(path);
    // Not a whole millisecond: it would be read back as a little less, and so wander.
    await utimes(path, atime, (Math.floor(mtimeMs) + 0.25) / 1000);
  } catch (error) {
    // Who holds the lock finds that at its end, and says so.
    if (errnoOf(error) !== 'ENOENT') process.emitWarning(ioError('write', path, error).message);
  }
}

/** Whether its number means the same here. Without a namespace it is of a version that did not tell. */
function isNear({ host, namespace: theirs }: Holder): boolean {
  return host === hostname() && (theirs === undefined || theirs === namespace());
}

function isRunning({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    if (errnoOf(error) !== 'EPERM') throw error;
  }
  return started === null || startTime(pid) === started;
}

/** Field 22 of /proc/<pid>/stat, after the name in parentheses, which may hold spaces. */
function startTime(pid: number): string | null {
  const path = `/proc/${pid}/stat`;
  const text = ifThereSync(path, () => readFileSync(path, 'utf8'), ENDED);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function namespace(): string | null {
  return ifThereSync(NAMESPACE, () => readlinkSync(NAMESPACE));
}
