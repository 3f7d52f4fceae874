import { copyFileSync, existsSync, readFileSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { prepareCacheFile, prepareSplit } from '../../src/data/prepare.js';
import type { PrepareOptions } from '../../src/data/prepare.js';
import type { TokenizedDataset } from '../../src/data/types.js';
import { taskByName } from '../../src/tasks/index.js';
import type { Tokenizer } from '../../src/text/tokenizer.js';
import { fixtureTokenizer, ROWS, SmallGlue } from './small-glue.js';
import type { Row } from './small-glue.js';

let tokenizer: Tokenizer;
let glue: SmallGlue;
beforeAll(async () => {
  tokenizer = await fixtureTokenizer();
});
beforeEach(() => {
  glue = new SmallGlue();
  glue.mrpc();
});
afterEach(() => glue.remove());

const prepare = (change: Partial<PrepareOptions> = {}) => prepareSplit(glue.options(tokenizer, change));

function contents(dataset: TokenizedDataset) {
  return Array.from({ length: dataset.size }, (_, index) => ({
    id: dataset.id(index),
    tokens: [...dataset.tokenIds(index)],
    boundary: dataset.typeBoundary(index),
    label: dataset.label(index),
  }));
}

describe('prepareSplit', () => {
  it('makes [CLS] a [SEP] b [SEP] of each row, with the boundary, the label and the id', async () => {
    const { dataset, report } = await prepare({ limit: { maxLength: 64, truncation: 'reference' } });
    const rows = contents(dataset);
    expect(rows.map(({ id }) => id)).toEqual(['train-0', 'train-1', 'train-2', 'train-3']);
    expect(rows.map(({ label }) => label)).toEqual(ROWS.map(([, , label]) => label));
    for (const [index, [a, b]] of ROWS.entries()) {
      const [idsA, idsB] = (await tokenizer.encode([a, b])).map((ids) => [...ids]);
      expect(rows[index]?.tokens).toEqual([2, ...(idsA ?? []), 3, ...(idsB ?? []), 3]);
      expect(rows[index]?.boundary).toBe((idsA ?? []).length + 2);
    }
    expect(dataset.totalTokens).toBe(rows.reduce((sum, { tokens }) => sum + tokens.length, 0));
    expect(report).toMatchObject({
      rows: 4,
      truncated: 0,
      fromCache: false,
      notice: null,
      badRows: { count: 0 },
      droppedRows: { count: 0 },
    });
  });

  it('counts what it cuts', async () => {
    const { dataset, report } = await prepare({ limit: { maxLength: 12, truncation: 'reference' } });
    const lengths = contents(dataset).map(({ tokens }) => tokens.length);
    const uncut = contents((await prepare({ limit: { maxLength: 64, truncation: 'reference' } })).dataset).map(
      ({ tokens }) => tokens.length,
    );
    expect(lengths).toEqual(uncut.map((length) => Math.min(length, 12)));
    expect(report.truncated).toBe(uncut.filter((length) => length > 12).length);
    expect(report.truncated).toBeGreaterThan(0);
  });

  it('answers from the cache with the same content and the same counts, however long ago', async () => {
    glue.mrpc(ROWS, ['7\ta\tb\tc\td']);
    const first = await prepare({ badRows: 'skip', limit: { maxLength: 8, truncation: 'reference' } });
    const progress: number[] = [];
    const second = await prepare({
      badRows: 'skip',
      limit: { maxLength: 8, truncation: 'reference' },
      onProgress: ({ rows }) => progress.push(rows),
    });
    expect(second.report).toEqual({ ...first.report, fromCache: true, seconds: second.report.seconds });
    expect(second.report.badRows).toEqual({ count: 1, rows: [{ line: 6, reason: expect.stringContaining("'7'") as string }] });
    expect(contents(second.dataset)).toEqual(contents(first.dataset));
    expect(second.dataset.hash).toBe(first.dataset.hash);
    expect(progress).toEqual([]);
  });

  it('makes and checks the cache file without its rows as well, with the same report', async () => {
    const report = await prepareCacheFile(glue.options(tokenizer, {}));
    expect(await prepareCacheFile(glue.options(tokenizer, {}))).toMatchObject({ ...report, fromCache: true, seconds: expect.any(Number) });
    const { dataset, report: read } = await prepare();
    expect(read).toMatchObject({ ...report, fromCache: true, seconds: expect.any(Number) });
    expect([report.rows, report.tokens]).toEqual([dataset.size, dataset.totalTokens]);
    truncateSync(report.cacheFile, 100);
    expect((await prepareCacheFile(glue.options(tokenizer, {}))).notice).toMatch(/no complete Arrow file.*made again/s);
  });

  it('adds swapped copies, behind all others, with their own ids', async () => {
    const { dataset, report } = await prepare({ bothOrders: true });
    const swappedRows = ROWS.map(([a, b, label]): Row => [b, a, label]);
    const plain = contents((await prepare()).dataset);
    glue.mrpc(swappedRows);
    const swapped = contents((await prepare()).dataset).map((row) => ({ ...row, id: `${row.id}-swapped` }));
    expect(contents(dataset)).toEqual([...plain, ...swapped]);
    expect(report.rows).toBe(8);
  });

  it('swaps neither other splits nor tasks whose order means something', async () => {
    glue.write('MRPC/dev.tsv', readFileSync(join(glue.dataDir, 'MRPC/train.tsv'), 'utf8').trimEnd().split('\n'));
    glue.write('RTE/train.tsv', ['index\tsentence1\tsentence2\tlabel', '0\tThe film\tA movie\tentailment']);
    expect((await prepare({ bothOrders: true, split: 'dev' })).dataset.size).toBe(4);
    const rte = { task: taskByName('rte'), bothOrders: true };
    expect((await prepare(rte)).dataset.size).toBe(1);
    expect((await prepare({ ...rte, bothOrders: false })).report.fromCache).toBe(true);
  });

  it('keeps rows without labels, and single sentences', async () => {
    glue.write('CoLA/test.tsv', ['index\tsentence', '0\tThe film was good']);
    const { dataset } = await prepare({ task: taskByName('cola'), split: 'test' });
    expect(contents(dataset)).toEqual([
      { id: 'test-0', tokens: expect.any(Array) as number[], boundary: dataset.tokenIds(0).length, label: Number.NaN },
    ]);
    expect(Number.isNaN((await prepare({ task: taskByName('cola'), split: 'test' })).dataset.label(0))).toBe(true);
  });

  it('joins record batches without a seam', async () => {
    const many = Array.from({ length: 5000 }, (_, row): Row => [`film ${row}`, `${row} ${'x '.repeat(row % 7)}.`, row % 2]);
    glue.mrpc(many);
    const progress: number[] = [];
    const fractions: number[] = [];
    const onProgress: PrepareOptions['onProgress'] = ({ rows, fraction }) => {
      progress.push(rows);
      fractions.push(fraction);
    };
    const first = contents((await prepare({ onProgress })).dataset);
    const again = await prepare();
    expect(again.report.fromCache).toBe(true);
    expect(contents(again.dataset)).toEqual(first);
    const expected = await tokenizer.encode(many.map(([a]) => a));
    const segments = first.map(({ tokens, boundary }) => tokens.slice(1, boundary - 1));
    expect(segments).toEqual(expected.map((ids) => [...ids]));
    expect(first.map(({ id }) => id)).toEqual(many.map((_, row) => `train-${row}`));
    expect(progress.at(-1)).toBe(5000);
    expect(progress.length).toBeGreaterThan(1);
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
    expect(fractions.at(-1)).toBe(1);
  });

  it('lets errors of the data file through and leaves no cache behind', async () => {
    glue.mrpc(ROWS, ['7\ta\tb\tc\td']);
    await expect(prepare()).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message: expect.stringContaining('train.tsv:6') as string });
    expect(existsSync(glue.cacheDir) ? readdirSync(glue.cacheDir) : []).toEqual([]);
  });

  it('refuses a data file that changes while it is read', async () => {
    const changing = { onProgress: () => glue.mrpc([...ROWS, ['new', 'row', 1]]) };
    await expect(prepare(changing)).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: expect.stringContaining('changed while it was read') as string,
    });
    expect(readdirSync(glue.cacheDir)).toEqual([]);
  });

  it('refuses an index outside the split', async () => {
    const { dataset } = await prepare();
    for (const index of [-1, 4, 0.5]) {
      for (const read of ['id', 'tokenIds', 'typeBoundary', 'label'] as const) {
        expect(() => dataset[read](index)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
      }
    }
  });
});

describe('the cache', () => {
  it('is made anew when one byte of the data changes', async () => {
    const before = await prepare();
    const path = join(glue.dataDir, 'MRPC/train.tsv');
    writeFileSync(path, readFileSync(path, 'utf8').replace('a good movie', 'a good moxie'));
    const after = await prepare();
    expect(after.report.fromCache).toBe(false);
    expect(contents(after.dataset)[0]).not.toEqual(contents(before.dataset)[0]);
    expect(after.dataset.hash).not.toBe(before.dataset.hash);
  });

  it('follows every setting that decides the content', async () => {
    const cased = await fixtureTokenizer('cased');
    const changes: Partial<PrepareOptions>[] = [
      {},
      { limit: { maxLength: 15, truncation: 'reference' } },
      { limit: { maxLength: 16, truncation: 'longest_first' } },
      { bothOrders: true },
      { tokenizer: cased },
      { badRows: 'skip' },
    ];
    const mrpc = taskByName('mrpc');
    changes.push({ task: { ...mrpc, labels: ['1', '0'] } });
    const hashes: string[] = [];
    for (const change of changes) {
      const { dataset, report } = await prepare(change);
      expect(report.fromCache).toBe(false);
      hashes.push(dataset.hash);
    }
    expect(new Set(hashes).size).toBe(changes.length);
  });

  it('does not depend on where the data lie', async () => {
    await prepare();
    renameSync(glue.dataDir, `${glue.dataDir}-moved`);
    const { report } = await prepare({ dataDir: `${glue.dataDir}-moved` });
    expect(report).toMatchObject({ fromCache: true, file: join(`${glue.dataDir}-moved`, 'MRPC/train.tsv') });
  });

  /** Damages the cache file, expects it to be made again with a notice, and to be sound afterwards. */
  async function rebuilt(damage: (path: string) => void, notice: RegExp): Promise<void> {
    const { report, dataset } = await prepare();
    const before = contents(dataset);
    damage(report.cacheFile);
    const again = await prepare();
    expect(again.report.fromCache).toBe(false);
    expect(again.report.notice).toMatch(notice);
    expect(contents(again.dataset)).toEqual(before);
    expect((await prepare()).report).toMatchObject({ fromCache: true, notice: null });
  }

  it('is made again when the file is cut short, anywhere', async () => {
    const { report } = await prepare();
    const { length } = readFileSync(report.cacheFile);
    for (const size of [0, 3, 10, Math.floor(length / 2), length - 400, length - 1]) {
      await rebuilt((path) => truncateSync(path, size), /no complete Arrow file.*made again/s);
    }
  });

  it('is made again when any byte has changed', async () => {
    const sound = await prepare();
    const bytes = readFileSync(sound.report.cacheFile);
    const before = contents(sound.dataset);
    const { rows, truncated, badRows, droppedRows } = sound.report;
    for (let position = 0; position < bytes.length; position += 23) {
      const altered = Buffer.from(bytes);
      altered[position] = (altered[position] ?? 0) ^ 0x21;
      writeFileSync(sound.report.cacheFile, altered);
      const again = await prepare();
      expect(again.report.notice, `byte ${position}`).toMatch(/made again/);
      expect(contents(again.dataset)).toEqual(before);
      expect(again.report).toMatchObject({ rows, truncated, badRows, droppedRows });
    }
  });

  it('is made again when another split’s file took its name', async () => {
    const other = await prepare({ limit: { maxLength: 9, truncation: 'reference' } });
    await rebuilt((path) => copyFileSync(other.report.cacheFile, path), /other data, tokeniser or settings/);
  });
});
