/** Files and folders that need not be there. */
import { readdir, readFile } from 'node:fs/promises';
import { errnoOf, ioError } from './io-error.js';

/** UTF-8; null where there is no such file. Throws ERR_IO. */
export async function readTextIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw ioError('read', path, error);
  }
}

/** Names of what the folder holds; empty where there is no such folder. Throws ERR_IO. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw ioError('read', folder, error);
  }
}
