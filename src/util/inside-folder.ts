/** Paths that are checked to stay within a folder: `..`, absolute parts and symbolic links that lead elsewhere are refused. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { BornAgainError } from './errors.js';
import { ifThere, MISSING_OR_BELOW_FILE } from './if-there.js';

/**
 * The real path, links followed, of something in a folder.
 * @returns null where nothing is there
 * @throws BornAgainError ERR_OUTPUT_FOLDER where it lies outside, ERR_IO
 */
export async function resolveInside(folder: string, path: string): Promise<string | null> {
  if (leavesFolder(path)) throw outside(folder, path);
  const root = await realPath(folder);
  const real = root === null ? null : await realPath(join(root, path));
  if (root !== null && real !== null && leavesFolder(relative(root, real))) throw outside(folder, path);
  return real;
}

function outside(folder: string, path: string): BornAgainError {
  const message = `${join(folder, path)} leads out of ${folder} and is not read. Remove the link, or name the folder that it leads to`;
  return new BornAgainError('ERR_OUTPUT_FOLDER', message, { folder, path });
}

function leavesFolder(path: string): boolean {
  return isAbsolute(path) || path.split(sep).includes('..');
}

const realPath = (path: string): Promise<string | null> => ifThere(path, () => realpath(path), MISSING_OR_BELOW_FILE);
