/** What a data folder holds, for finding files by their exact names and for saying what is there instead. */
import { readdirSync, statSync, type Stats } from 'node:fs';
import { ifThereSync, MISSING_OR_BELOW_FILE } from '../util/if-there.js';
import { attemptIoSync } from '../util/io-error.js';

/** Names in order; null where there is no such folder. Throws ERR_IO. */
export function listing(folder: string): string[] | null {
  return ifThereSync(folder, () => readdirSync(folder).sort(), MISSING_OR_BELOW_FILE);
}

/** Of what a listed name leads to; null for a link to nothing. Throws ERR_IO. */
export function statsOf(file: string): Stats | null {
  return attemptIoSync('read', file, () => statSync(file, { throwIfNoEntry: false })) ?? null;
}
