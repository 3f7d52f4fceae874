/** A folder and those above it, with the operating system's own reason where it cannot be made. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './io-error.js';

/** As `makeFolderSync`; rejects. */
export const makeFolder = (path: string): Promise<void> => Promise.resolve(path).then(makeFolderSync);

/**
 * One by one: Node's own way, `mkdir` with `recursive`, never ends where a folder is refused as missing though the one above it is there
 * (below /proc, or in a working directory that was removed), and says ENOENT of a file system that is read-only. Throws the operating
 * system's error of the first folder that cannot be made.
 */
export function makeFolderSync(path: string): void {
  if (isFolder(path)) return;
  try {
    makeOne(path);
  } catch (error) {
    const above = dirname(path);
    if (errnoOf(error) !== 'ENOENT' || above === path) throw error;
    makeFolderSync(above);
    makeOne(path);
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else may just have made it.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return false;
    throw error;
  }
}
