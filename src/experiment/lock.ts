/**
 * One process at a time works on an output folder, and one writes its report. `OUT/lock.json` and `OUT/report.lock.json` name it; a lock whose
 * process is gone is taken over, so a killed experiment needs no cleaning up (`lock-holder.ts` tells who is gone).
 */
import { statSync } from 'node:fs';
import { link, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { BornAgainError } from '../util/errors.js';
import { attemptIo, errnoOf, ioError } from '../util/io-error.js';
import { sha256 } from '../util/hash.js';
import { makeFolder } from '../util/make-folder.js';
import { temporaryFile } from '../util/temporary-name.js';
import { beat, givesSigns, isAlive, isSelf, nameOf, readHolder, SILENT_AFTER_MS, thisProcess, type Holder } from './lock-holder.js';

const FILE = 'lock.json';
const REPORT_FILE = 'report.lock.json';

/** A report of hundreds of models takes a minute or so. Who holds the lock for longer is stopped, or was killed on another machine. */
const REPORT_PATIENCE_MS = 3 * 60 * 1000;
const LOOK_AGAIN_AFTER_MS = 50;
const FORGOTTEN_AFTER_MS = 10_000;

/**
 * Runs `work` while holding the folder, which is created where there is none.
 * @throws BornAgainError ERR_LOCKED with the process that holds it, ERR_IO, and what `work` throws
 */
export async function withLock<T>(outDir: string, work: () => Promise<T>): Promise<T> {
  const path = join(outDir, FILE);
  if (!(await acquire(path))) throw await locked(path);
  return holding(path, work);
}

export interface Waiting {
  /** How long to wait for one and the same process. */
  readonly patienceMs?: number;
  /** Told for whom, before the first waiting. */
  readonly onWait?: ((message: string) => void) | undefined;
}

/**
 * Runs `work` while holding the folder's report, when those that hold it now are done.
 * @throws BornAgainError ERR_LOCKED with the process that holds it for longer, ERR_IO, and what `work` throws
 */
export async function withReportLock<T>(outDir: string, work: () => Promise<T>, waiting: Waiting = {}): Promise<T> {
  const { patienceMs = REPORT_PATIENCE_MS, onWait } = waiting;
  const path = join(outDir, REPORT_FILE);
  for (let waits = 0; !(await acquire(path)); waits += 1) {
    if (waits === 0) onWait?.(`waiting for ${nameOf(await readHolder(path))}, which writes the report of ${outDir}`);
    await awaitRelease(path, patienceMs);
  }
  return holding(path, work);
}

async function holding<T>(path: string, work: () => Promise<T>): Promise<T> {
  const endBeat = beat(path);
  try {
    const result = await work();
    const holder = await readHolder(path);
    if (holder === null || !isSelf(holder)) throw lost(path);
    return result;
  } finally {
    endBeat();
    await release(path);
  }
}

/** What is written into a folder that is gone is written nowhere, and nothing else may tell. */
function lost(path: string): BornAgainError {
  const message = `${path} was removed or replaced while this process held it, perhaps with all of ${dirname(path)}: what it wrote there may be lost. Look what is there, and start again`;
  return new BornAgainError('ERR_IO', message, { path });
}

/** Resolves when who holds the lock now has it no more; another may. Throws ERR_LOCKED. */
async function awaitRelease(path: string, patienceMs: number): Promise<void> {
  // The clock here and the file system's may disagree about who lives: no round without a pause.
  await setTimeout(LOOK_AGAIN_AFTER_MS);
  const first = await stateOf(path);
  const end = performance.now() + patienceMs;
  for (let state = first; state !== null && isDeepStrictEqual(state, first); state = await stateOf(path)) {
    if (performance.now() > end) throw await locked(path);
    await setTimeout(LOOK_AGAIN_AFTER_MS);
  }
}

/** Leaves a lock that is another's by now: somebody removed this one by hand, and it was taken since. */
async function release(path: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder !== null && isSelf(holder)) await rm(path, { force: true });
}

/** False where a living process has it. */
async function acquire(path: string): Promise<boolean> {
  // Two rounds: a dead process's lock is put away once, and whoever is quicker then has it.
  for (let round = 0; round < 2; round += 1) {
    if (await create(path)) return true;
    const holder = await readHolder(path);
    if (holder !== null && isAlive(holder, await silence(path))) return false;
    // Where it is gone by now, the next one may be there already, and that is not to be removed.
    if (holder !== null) await putAway(path, holder);
  }
  return create(path);
}

/**
 * Removes a dead process's lock. Others may be about to do so, and one that has done it may hold the folder by now, whose lock must stay: so
 * a second name of the file, made of what it says, is taken first, which only one can have; and whoever has it looks whether the file is
 * still the dead one's. Nobody else removes it then.
 */
async function putAway(path: string, dead: Holder): Promise<void> {
  const claim = `${path}.${sha256(JSON.stringify(dead)).slice(0, 12)}.dead`;
  if (!(await takeName(path, claim))) return dropForgotten(claim);
  try {
    if (isDeepStrictEqual(await readHolder(claim), dead)) await rm(path, { force: true });
  } finally {
    await rm(claim, { force: true });
  }
}

/** A claim is held for the blink of an eye. Who left one for longer was killed then. */
async function dropForgotten(claim: string): Promise<void> {
  const since = statSync(claim, { throwIfNoEntry: false })?.ctimeMs;
  if (since !== undefined && Date.now() - since > FORGOTTEN_AFTER_MS) await rm(claim, { force: true });
}

/** Milliseconds since the lock's holder gave a sign of life, by the clock of whoever keeps the folder: those of two machines may differ. */
async function silence(path: string): Promise<number> {
  const draft = temporaryFile(path);
  try {
    await attemptIo('write', draft, () => writeFile(draft, ''));
    // Whoever begins to work there takes the draft for one that a killed process has left: then somebody lives.
    const now = statSync(draft, { throwIfNoEntry: false })?.ctimeMs;
    return now === undefined ? 0 : now - (statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? -Infinity);
  } finally {
    await rm(draft, { force: true });
  }
}

/** False where the file exists. It appears with its content, so nobody reads half of it. */
async function create(path: string): Promise<boolean> {
  const draft = temporaryFile(path);
  try {
    await attemptIo('write', path, async () => {
      await makeFolder(dirname(path));
      await writeFile(draft, JSON.stringify(thisProcess()) + '\n');
    });
    return await takeName(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * False where the name is taken, and where the file is gone: a lock whose holder is done, or a draft that who begins to work on the output
 * folder took for one that a killed process has left.
 */
async function takeName(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(errnoOf(error))) return false;
    throw ioError('write', name, error);
  }
}

export interface LockState {
  readonly pid: number;
  /** When the lock was taken, in milliseconds since 1970 by the file system's clock. */
  readonly since: number;
}

/** Who works on the folder now; null where nobody does, or where the holder is gone. Throws ERR_OUTPUT_FOLDER for a file that is no lock. */
export function lockState(outDir: string): Promise<LockState | null> {
  return stateOf(join(outDir, FILE));
}

async function stateOf(path: string): Promise<LockState | null> {
  const found = statSync(path, { throwIfNoEntry: false });
  const holder = await readHolder(path);
  if (found === undefined || holder === null) return null;
  return isAlive(holder, Date.now() - found.ctimeMs) ? { pid: holder.pid, since: found.mtimeMs } : null;
}

async function locked(path: string): Promise<BornAgainError> {
  const holder = await readHolder(path);
  const outDir = dirname(path);
  const [what, advice] =
    basename(path) === REPORT_FILE
      ? [`The report of ${outDir}`, 'Wait for it, or stop it']
      : [outDir, 'Wait for it, stop it, or choose another output folder'];
  const minutes = SILENT_AFTER_MS / 60_000;
  const gone =
    holder !== null && givesSigns(holder)
      ? `if it was killed, the same command takes over ${minutes} minutes later`
      : `if it is surely gone, remove ${path}`;
  const message = `${what} is being worked on by ${nameOf(holder)}. ${advice} (${gone})`;
  return new BornAgainError('ERR_LOCKED', message, { outDir, ...holder });
}
