/** The cache folder: which file is whose, what it says of shards, what killed preparations leave in it, and when it cannot be used. */
import { cpSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArrowFile } from '../../src/data/arrow-file.js';
import { cacheKey } from '../../src/data/cache-file.js';
import { prepareCacheFile } from '../../src/data/prepare.js';
import { taskByName } from '../../src/tasks/index.js';
import { fixtureTokenizer, SmallGlue } from './small-glue.js';

const tokenizer = await fixtureTokenizer();
let glue: SmallGlue;
beforeEach(() => {
  glue = new SmallGlue();
});
afterEach(() => glue.remove());

describe('the key', () => {
  /** What cacheKey gave before a stray quote in CSV spoiled its own row alone. */
  const FORMER = {
    'csv stop': 'd2333a2f03f0f61a115755af9c7ad9502264f978fb829aff51d7ce64a17fd11d',
    'csv skip': '0adaee2c8ed524795a072665213419b9c670916688ab4f3ff2799e25e3777204',
    'tsv skip': '6899b7a373ca83bb9daab61f34fe6be82c4b264aa20da83b092cb4742767ab9a',
  };

  it('is another one where rows of CSV files may be left out, which are read otherwise than before, and nowhere else', () => {
    const keyOf = (format: 'csv' | 'tsv', badRows: 'stop' | 'skip'): string =>
      cacheKey(
        { task: taskByName('rte'), split: 'train', limit: { maxLength: 16, truncation: 'reference' }, bothOrders: false, badRows },
        { format: { format, textA: 'text', textB: null, label: 'label', classes: [] }, hash: 'data' },
        { hash: 'tokeniser' },
      );
    expect(keyOf('csv', 'stop')).toBe(FORMER['csv stop']);
    expect(keyOf('tsv', 'skip')).toBe(FORMER['tsv skip']);
    expect(keyOf('csv', 'skip')).not.toBe(FORMER['csv skip']);
  });
});

it('names the shard of each row left out, where there are several', async () => {
  const shards = 'test/fixtures/hub/glue/rte';
  const folder = join(glue.dataDir, 'rte');
  mkdirSync(folder, { recursive: true });
  cpSync(join(shards, 'train-00000-of-00001.parquet'), join(folder, 'train-00000-of-00002.parquet'));
  // Rows without labels.
  cpSync(join(shards, 'test-00000-of-00001.parquet'), join(folder, 'train-00001-of-00002.parquet'));
  const { badRows } = await prepareCacheFile(glue.options(tokenizer, { task: taskByName('rte'), badRows: 'skip' }));
  expect(badRows.count).toBe(9);
  expect(badRows.rows[0]).toEqual({ line: 1, reason: "'label' is null; every row needs its label (in train-00001-of-00002.parquet)" });
});

it('loses what preparations that were killed a day ago have left, and nothing else', async () => {
  glue.mrpc();
  mkdirSync(glue.cacheDir);
  const uuid = '4ea99be7-816a-40cf-8641-ed8186733a36';
  const days = (count: number): Date => new Date(Date.now() - count * 24 * 60 * 60 * 1000);
  const names: Record<string, Date> = {
    [`.rte-train-0123456789abcdef.arrow.19-${uuid}.tmp`]: days(1.01),
    [`.rte-dev-0123456789abcdef.arrow.19-${uuid}.tmp`]: days(0.99),
    [`.results.json.19-${uuid}.tmp`]: days(100),
    'rte-train-0123456789abcdef.arrow': days(100),
  };
  for (const [name, written] of Object.entries(names)) {
    writeFileSync(join(glue.cacheDir, name), '');
    utimesSync(join(glue.cacheDir, name), written, written);
  }
  await prepareCacheFile(glue.options(tokenizer));
  const kept = Object.keys(names).slice(1);
  expect(readdirSync(glue.cacheDir).filter((name) => !name.startsWith('mrpc-train-'))).toEqual(kept.sort());
});

describe('a cache that cannot be used', () => {
  it('is told with the flag that names another', async () => {
    const inTheWay = glue.mrpc();
    const failing = prepareCacheFile(glue.options(tokenizer, { cacheDir: join(inTheWay, '.cache') }));
    const message = expect.stringMatching(
      /A part of the path is a file, not a folder\. Tokenised data are kept where --cache says$/,
    ) as string;
    await expect(failing).rejects.toMatchObject({ code: 'ERR_IO', details: { errno: 'ENOTDIR' }, message });
  });

  it('is told as a file operation that failed, where a folder has the name of a file', async () => {
    const failing = readArrowFile(glue.folder, async () => null);
    const message = expect.stringMatching(`cannot read ${glue.folder}: EISDIR`) as string;
    await expect(failing).rejects.toMatchObject({ code: 'ERR_IO', message });
  });
});
