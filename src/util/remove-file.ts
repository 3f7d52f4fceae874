/** Removal of what may not be there. */
import { rm } from 'node:fs/promises';
import { ioError } from './io-error.js';

/** Throws ERR_IO where it is there and cannot be removed. */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw ioError('remove', path, error);
  }
}
