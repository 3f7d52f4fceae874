/** A folder and those above it, with the operating system's own reason where it cannot be made. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './io-error.js';

/**
 * As `mkdir` with `recursive`, which says ENOENT where the file system is read-only: then the folders are made one by one, and the first
 * that cannot be made tells why. Rejects with the operating system's error.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}
