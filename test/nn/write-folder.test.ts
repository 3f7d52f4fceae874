/** Replacing a folder: the old one or the new one is there whole, whatever fails, and nobody else's is touched. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeLeftovers } from '../../src/experiment/leftovers.js';
import { initHead } from '../../src/nn/head.js';
import { openModelFolder, writeModelFolder } from '../../src/nn/model-folder.js';
import { replaceFolder } from '../../src/nn/write-folder.js';
import { BERT_FIXTURE_MODEL } from './fixture.js';

const ASIDE = '.model.bornagain-old';
let root: string;
let dir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bornagain-write-'));
  dir = join(root, 'model');
});
afterEach(() => rm(root, { recursive: true }));

const write = (content: string) => replaceFolder(dir, (folder) => writeFile(join(folder, 'file'), content));
const content = (name = 'model') => readFile(join(root, name, 'file'), 'utf8');

describe('a folder that is replaced', () => {
  it('leaves the new one alone', async () => {
    await write('old');
    await write('new');
    expect([await readdir(root), await content()]).toEqual([['model'], 'new']);
  });

  it('is as it was where filling the new one fails', async () => {
    await write('old');
    await expect(replaceFolder(dir, () => Promise.reject(new RangeError('no')))).rejects.toThrow('no');
    expect([await readdir(root), await content()]).toEqual([['model'], 'old']);
  });

  it('is where it was when the new one cannot take its place', async () => {
    await write('old');
    const failing = replaceFolder(dir, (folder) => rm(folder, { recursive: true }));
    await expect(failing).rejects.toMatchObject({ code: 'ERR_IO', details: { errno: 'ENOENT' } });
    expect([await readdir(root), await content()]).toEqual([['model'], 'old']);
  });

  it('outlives a process that died between taking it away and putting the new one there', async () => {
    await write('old');
    await rename(dir, join(root, ASIDE));
    await removeLeftovers(root);
    expect(await content(ASIDE)).toBe('old');
    await expect(replaceFolder(dir, () => Promise.reject(new RangeError('no')))).rejects.toThrow('no');
    expect(await content(ASIDE)).toBe('old');
    await write('new');
    expect([await readdir(root), await content()]).toEqual([['model'], 'new']);
  });
});

describe('writeModelFolder', () => {
  it('replaces a model of this project, and refuses any other folder that is not empty', async () => {
    const { bert, config } = await openModelFolder(BERT_FIXTURE_MODEL, { device: 'cpu', dropout: null });
    const spec = { task: 'stsb', kind: 'regression', labels: [], scoreRange: [0, 5], activation: 'linear', dropout: 0 } as const;
    const head = initHead(spec, config.hiddenSize, 'cpu', 1, 'truncated_normal');
    const info = { arm: 'multi', seed: 1, tasks: ['stsb'], preset: 'custom', maxLength: 16, truncation: 'reference' as const, scores: {} };
    const writing = () => writeModelFolder(dir, { bert, heads: [head], tokenizerFrom: BERT_FIXTURE_MODEL, info });
    await mkdir(dir);
    await writing();
    await writeFile(join(dir, 'left-over.txt'), '');
    await writing();
    expect((await readdir(dir)).sort()).toEqual(['README.md', 'bornagain.json', 'config.json', 'heads.safetensors', 'model.safetensors']);
    await rm(dir, { recursive: true });
    await mkdir(dir);
    await writeFile(join(dir, 'thesis.txt'), 'mine');
    await expect(writing()).rejects.toMatchObject({
      code: 'ERR_OUTPUT_FOLDER',
      message: expect.stringContaining('holds 1 entries, but no bornagain.json') as string,
    });
    expect([await readdir(root), await readdir(dir)]).toEqual([['model'], ['thesis.txt']]);
    for (const module of [bert, head]) module.dispose();
  });
});
