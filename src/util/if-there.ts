/** Files and folders that need not be there. */
import { readdir, readFile } from 'node:fs/promises';
import { errnoOf, ioError } from './io-error.js';

/** How the operating system says that there is nothing of that name. */
const MISSING = ['ENOENT'];
/** The same where a part of the path may be a file. */
export const MISSING_OR_BELOW_FILE = ['ENOENT', 'ENOTDIR'];

/** What `read` gives; null where the operating system refuses it with one of `errnos`. Throws ERR_IO for whatever else goes wrong in it. */
export async function ifThere<T>(path: string, read: () => Promise<T>, errnos: readonly string[] = MISSING): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    return nullFor(errnos, path, error);
  }
}

/** As `ifThere`. */
export function ifThereSync<T>(path: string, read: () => T, errnos: readonly string[] = MISSING): T | null {
  try {
    return read();
  } catch (error) {
    return nullFor(errnos, path, error);
  }
}

function nullFor(errnos: readonly string[], path: string, error: unknown): null {
  if (errnos.includes(errnoOf(error))) return null;
  throw ioError('read', path, error);
}

/** UTF-8; null where there is no such file. Throws ERR_IO. */
export const readTextIfThere = (path: string): Promise<string | null> => ifThere(path, () => readFile(path, 'utf8'));

/** Names of what the folder holds; empty where there is no such folder. Throws ERR_IO. */
export const namesIn = async (folder: string): Promise<string[]> => (await ifThere(folder, () => readdir(folder))) ?? [];
