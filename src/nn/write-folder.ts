/** Writing a folder of model files: beside its place first, then there whole. */
import { copyFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import { namesIn, readTextIfThere } from '../util/if-there.js';
import { attemptIo } from '../util/io-error.js';
import { makeFolder } from '../util/make-folder.js';
import { temporaryFolder } from '../util/temporary-name.js';

const TOKENIZER_FILES = ['tokenizer.json', 'vocab.txt', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'];

/**
 * `fill` writes into the folder it is given; a folder already at `dir` is replaced. A process that dies between taking the old one away and
 * putting the new one there leaves the old one as `.<name>.bornagain-old` beside it. Throws ERR_IO and what `fill` throws; the old folder is
 * then where it was.
 */
export async function replaceFolder(dir: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const temporary = temporaryFolder(dir);
  try {
    await attemptIo('write', dir, async () => {
      await rm(temporary, { recursive: true, force: true });
      await makeFolder(temporary);
      await fill(temporary);
      await exchange(temporary, dir);
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Puts the new folder in the place of the old one, if any, which then has the new one's name. */
async function exchange(folder: string, dir: string): Promise<void> {
  const [around, name] = [dirname(dir), basename(dir)];
  // Not a temporary name: until the new folder is there, nobody may take this one for a leftover.
  const aside = join(around, `.${name}.bornagain-old`);
  if ((await namesIn(around)).includes(name)) {
    await rm(aside, { recursive: true, force: true });
    await rename(dir, aside);
  }
  // Also one that an earlier process took away before it died.
  const replaced = (await namesIn(around)).includes(basename(aside));
  try {
    await rename(folder, dir);
  } catch (error) {
    if (replaced) await rename(aside, dir);
    throw error;
  }
  if (replaced) await rename(aside, folder);
}

/**
 * Refuses a folder that holds anything, unless that is something of this project to be replaced, as the file `own` in it tells.
 * @throws BornAgainError ERR_OUTPUT_FOLDER, ERR_IO
 */
export async function requireFree(folder: string, own?: string): Promise<void> {
  const found = await namesIn(folder);
  if (found.length === 0 || (own !== undefined && found.includes(own))) return;
  const lacking = own === undefined ? '' : `, but no ${own}`;
  const message = `${folder} is there already and holds ${found.length} entries${lacking}. Nothing was changed. Remove it, or choose another output folder`;
  throw new BornAgainError('ERR_OUTPUT_FOLDER', message, { folder });
}

/** Copies whichever tokeniser files the folder has. */
export async function copyTokenizer(from: string, to: string): Promise<void> {
  const present = new Set(await readdir(from));
  for (const name of TOKENIZER_FILES) if (present.has(name)) await copyFile(join(from, name), join(to, name));
}

/** `license:` in the front matter of the folder's README.md, as model cards of Hugging Face have it; null where it says none. Throws ERR_IO. */
export async function readLicence(dir: string): Promise<string | null> {
  const text = await readTextIfThere(join(dir, 'README.md'));
  if (text === null) return null;
  const [, frontMatter = ''] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text) ?? [];
  const [, licence] = /^license:[ \t]*["']?([\w.+-]+)["']?[ \t]*$/m.exec(frontMatter) ?? [];
  return licence ?? null;
}
