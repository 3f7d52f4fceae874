/** Files that are never written into, only replaced: two names for one content cost no space. */
import { copyFile, link } from 'node:fs/promises';
import { errnoOf, ioError } from './io-error.js';

/** Where a file system, or the place of the two names, allows no second name. */
const NO_LINKS = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES'];

/** A second name for the file, or a copy where there can be none. `to` must not exist. Throws ERR_IO. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to).catch((error: unknown) => {
      if (!NO_LINKS.includes(errnoOf(error))) throw error;
      return copyFile(from, to);
    });
  } catch (error) {
    throw ioError('write', to, error);
  }
}
