/** What a data folder holds, for finding files by their exact names and for saying what is there instead. */
import { readdirSync } from 'node:fs';
import { errnoOf, ioError } from '../util/io-error.js';

/** Names in order; null where there is no such folder. Throws ERR_IO. */
export function listing(folder: string): string[] | null {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null;
    throw ioError('read', folder, error);
  }
}
