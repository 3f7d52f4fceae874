import { describe, expect, it } from 'vitest';
import type { TokenizedColumns } from '../../src/data/columns.js';
import { FlatDataset } from '../../src/data/dataset.js';
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

describe('a dataset of several parts', () => {
  const rows = Array.from({ length: 11 }, (_, number) => row(number));
  const cuts = [0, 1, 5, 5, 9, 11];
  const parts = cuts.slice(1).map((end, part) => columns(rows.slice(cuts[part], end), part));
  const dataset = new FlatDataset({ task: taskByName('cola'), split: 'train', hash: 'h' }, parts);

  it('counts the rows and tokens of all', () => {
    expect(dataset.size).toBe(11);
    expect(dataset.totalTokens).toBe(rows.reduce((sum, { tokens }) => sum + tokens.length, 0));
  });

  it('has every row, wherever its part begins', () => {
    const found = rows.map((_, index) => ({
      id: dataset.id(index),
      tokens: [...dataset.tokenIds(index)],
      boundary: dataset.typeBoundary(index),
      label: dataset.label(index),
    }));
    expect(found).toEqual(rows);
  });

  it('without rows has none', () => {
    const empty = new FlatDataset({ task: taskByName('cola'), split: 'train', hash: 'h' }, []);
    expect([empty.size, empty.totalTokens]).toEqual([0, 0]);
    expect(() => empty.tokenIds(0)).toThrow('outside');
  });
});
