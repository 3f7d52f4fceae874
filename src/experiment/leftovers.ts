/**
 * What a killed process has left: files and folders that had not taken their names yet, and checkpoints of runs that are finished. Those are no
 * one's while this process holds the folder's lock and has begun no run; but for the draft of a report's lock, whose writer makes another
 * (lock.ts, `takeName`).
 */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere } from '../util/if-there.js';
import { removeTree } from '../util/remove-file.js';
import { isTemporary } from '../util/temporary-name.js';

export const CHECKPOINTS = 'checkpoints';

/** Folders of an experiment. Below others of OUT may be another experiment, at work; the report has a lock of its own (report/write-report.ts). */
const OWN_FOLDERS = ['runs', 'teacher-outputs'];

/** Call it with the lock held, before a run is begun. Throws ERR_IO. */
export async function removeLeftovers(outDir: string): Promise<void> {
  await removeIn(outDir, (folder) => OWN_FOLDERS.includes(folder));
}

/** @param isOwn whether a folder in it is looked into, with all that is in there */
async function removeIn(folder: string, isOwn: (name: string) => boolean): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (isTemporary(entry.name)) await removeTree(path);
    else if (entry.isDirectory() && isOwn(entry.name)) await removeIn(path, () => true);
  }
}

/**
 * What a run goes on from, until it is finished. Also called for runs that are found finished: a process may end between a run's result and
 * this. Throws ERR_IO.
 */
export async function removeCheckpoints(runFolder: string): Promise<void> {
  await removeTree(join(runFolder, CHECKPOINTS));
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return (await ifThere(folder, () => readdir(folder, { withFileTypes: true }))) ?? [];
}
