/** Removal of what may not be there. */
import { rm } from 'node:fs/promises';
import { ioError } from './io-error.js';

/** A file. Throws ERR_IO where it is there and cannot be removed. */
export function removeFile(path: string): Promise<void> {
  return remove(path, false);
}

/** A file, or a folder with all that is in it. Throws ERR_IO where it is there and cannot be removed. */
export function removeTree(path: string): Promise<void> {
  return remove(path, true);
}

async function remove(path: string, recursive: boolean): Promise<void> {
  try {
    await rm(path, { recursive, force: true });
  } catch (error) {
    throw ioError('remove', path, error);
  }
}
