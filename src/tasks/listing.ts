/** What a data folder holds, for finding files by their exact names and for saying what is there instead. */
import { readdirSync, statSync, type Stats } from 'node:fs';
import { attemptIoSync, errnoOf, ioError } from '../util/io-error.js';

/** Names in order; null where there is no such folder. Throws ERR_IO. */
export function listing(folder: string): string[] | null {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null;
    throw ioError('read', folder, error);
  }
}

/** Of what a listed name leads to; null for a link to nothing. Throws ERR_IO. */
export function statsOf(file: string): Stats | null {
  return attemptIoSync('read', file, () => statSync(file, { throwIfNoEntry: false })) ?? null;
}
