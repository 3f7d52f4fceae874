import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCacheFile, writeCacheFile } from '../../src/data/cache-file.js';
import type { TokenizedColumns } from '../../src/data/columns.js';
import { SplitDataset } from '../../src/data/dataset.js';
import { MemoryPart } from '../../src/data/memory-part.js';
import { taskByName } from '../../src/tasks/index.js';

interface Row {
  readonly id: string;
  readonly tokens: readonly number[];
  readonly boundary: number;
  readonly label: number;
}

/** Rows as columns; `before` elements that belong to no row stand in front, as in a slice of a larger batch. */
function columns(rows: readonly Row[], before: number): TokenizedColumns {
  const ids = rows.map(({ id }) => Buffer.from(id));
  const offsets = (sizes: readonly number[]): Int32Array => {
    const ends = new Int32Array(sizes.length + 1).fill(before);
    sizes.forEach((size, row) => (ends[row + 1] = (ends[row] ?? 0) + size));
    return ends;
  };
  return {
    rows: rows.length,
    idBytes: Buffer.concat([Buffer.alloc(before), ...ids]),
    idOffsets: offsets(ids.map(({ length }) => length)),
    tokens: Int32Array.from([...new Array<number>(before).fill(-1), ...rows.flatMap(({ tokens }) => tokens)]),
    tokenOffsets: offsets(rows.map(({ tokens }) => tokens.length)),
    boundaries: Int32Array.from(rows, ({ boundary }) => boundary),
    labels: Float32Array.from(rows, ({ label }) => label),
  };
}

const row = (number: number): Row => ({
  id: `row-${number}é`,
  tokens: Array.from({ length: 1 + (number % 4) }, (_, i) => 10 * number + i),
  boundary: number % 3,
  label: number % 2 === 0 ? 1 : Number.NaN,
});

const rows = Array.from({ length: 11 }, (_, number) => row(number));
const CUTS = [0, 1, 5, 5, 9, 11];
const chunks = (before: (part: number) => number): TokenizedColumns[] =>
  CUTS.slice(1).map((end, part) => columns(rows.slice(CUTS[part], end), before(part)));

const COLA = { task: taskByName('cola'), split: 'train' } as const;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bornagain-dataset-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function inFile(name: string): Promise<{ path: string; dataset: SplitDataset }> {
  const path = join(folder, name);
  const none = { count: 0, rows: [] };
  const counts = { rows: rows.length, tokens: 25, truncated: 0, badRows: none, droppedRows: none };
  await writeCacheFile(
    path,
    'key',
    COLA,
    chunks(() => 0),
    () => counts,
  );
  return { path, dataset: (await readCacheFile(path, 'key', COLA)).dataset };
}

const inMemory = (): SplitDataset => {
  const parts = chunks((part) => part).map((part) => new MemoryPart(part));
  return new SplitDataset({ ...COLA, hash: 'h' }, parts);
};

const found = (dataset: SplitDataset, indices: readonly number[]): Row[] =>
  indices.map((index) => ({
    id: dataset.id(index),
    tokens: [...dataset.tokenIds(index)],
    boundary: dataset.typeBoundary(index),
    label: dataset.label(index),
  }));

describe.each([
  ['in memory', () => Promise.resolve(inMemory())],
  ['in a file', async () => (await inFile('rows.arrow')).dataset],
])('a dataset of several parts, %s', (_, open) => {
  it('counts the rows and tokens of all, and the tokens of each', async () => {
    const dataset = await open();
    expect(dataset.size).toBe(11);
    expect(dataset.totalTokens).toBe(rows.reduce((sum, { tokens }) => sum + tokens.length, 0));
    expect(rows.map((_row, index) => dataset.length(index))).toEqual(rows.map(({ tokens }) => tokens.length));
  });

  it('has every row, wherever its part begins, in whatever order they are asked for', async () => {
    const dataset = await open();
    const order = [...rows.keys()];
    expect(found(dataset, order)).toEqual(rows);
    const mixed = order.map((index) => (7 * index) % rows.length);
    expect(found(dataset, mixed)).toEqual(mixed.map((index) => rows[index]));
  });
});

it('a dataset without rows has none', () => {
  const empty = new SplitDataset({ ...COLA, hash: 'h' }, []);
  expect([empty.size, empty.totalTokens]).toEqual([0, 0]);
  expect(() => empty.tokenIds(0)).toThrow('outside');
});

describe('a dataset in a file', () => {
  it('can be read when the file has been deleted, and another written in its place', async () => {
    const { path, dataset } = await inFile('deleted.arrow');
    rmSync(path);
    writeFileSync(path, 'another');
    expect(found(dataset, [...rows.keys()])).toEqual(rows);
  });

  it.each([
    ['cut short', 0, (path: string) => truncateSync(path, 100)],
    ['overwritten in place', 150, (path: string) => writeFileSync(path, readFileSync(path).fill(7))],
  ])('says so when the file is %s while it is in use', async (_, milliseconds, change) => {
    const { path, dataset } = await inFile('changed.arrow');
    change(path);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    const message = expect.stringMatching(/changed\.arrow.*changed while it was in use/) as string;
    for (const read of ['id', 'tokenIds'] as const) {
      expect(() => dataset[read](10)).toThrow(expect.objectContaining({ code: 'ERR_IO', message }) as Error);
    }
  });
});
