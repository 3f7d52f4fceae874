/** Writing a folder of model files: beside its place first, then there whole. */
import { copyFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, ioError } from '../util/io-error.js';
import { readTextIfThere } from '../util/if-there.js';
import { makeFolder } from '../util/make-folder.js';

const TOKENIZER_FILES = ['tokenizer.json', 'vocab.txt', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'];

/** `fill` writes into the folder it is given; a folder already at `dir` is replaced. Throws ERR_IO and what `fill` throws. */
export async function replaceFolder(dir: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(dir), `.${basename(dir)}.${process.pid}.tmp`);
  try {
    await rm(temporary, { recursive: true, force: true });
    await makeFolder(temporary);
    await fill(temporary);
    await rm(dir, { recursive: true, force: true });
    await rename(temporary, dir);
  } catch (error) {
    throw errnoOf(error) === '' || errnoOf(error).startsWith('ERR_') ? error : ioError('write', dir, error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
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
