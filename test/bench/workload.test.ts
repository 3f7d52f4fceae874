import { describe, expect, it } from 'vitest';
import {
  cutBatches,
  groupedBatches,
  LENGTHS,
  makeLengths,
  makeRows,
  paddedLengths,
  poolSize,
  representative,
  tokenBatches,
} from '../../bench/lib/workload.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Real over padded tokens of batches padded to their longest. */
function fill(batches: readonly (readonly number[])[], lengths: readonly number[]): number {
  const own = batches.map((rows) => rows.map((row) => lengths[row] ?? 0));
  return sum(own.flat()) / sum(own.flatMap((batch) => paddedLengths(batch, 'longest')));
}

describe('lengths', () => {
  it.each(['cola', 'mnli', 'qnli'] as const)('of %s stay within their limits, around their median, the same for the same seed', (name) => {
    const { median, shortest, longest } = LENGTHS[name];
    const lengths = makeLengths(name, 20_001, 1);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(shortest);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(longest);
    expect(Math.abs((lengths.sort((a, b) => a - b)[10_000] ?? 0) - median)).toBeLessThanOrEqual(1);
    expect(makeLengths(name, 50, 1)).toEqual(makeLengths(name, 50, 1));
    expect(makeLengths(name, 50, 1)).not.toEqual(makeLengths(name, 50, 2));
  });

  it('fill batches of 32 as the comment says', () => {
    const lengths = makeLengths('mnli', 32 * 500, 3);
    expect(fill(cutBatches([...lengths.keys()], 32), lengths)).toBeCloseTo(0.41, 1.7);
  });
});

describe('rows', () => {
  it('have the lengths asked for, special tokens at their places, ids of words between', () => {
    const rows = makeRows([4, 9, 128], 1);
    expect(rows.map(({ ids }) => ids.length)).toEqual([4, 9, 128]);
    for (const { ids, boundary, label } of rows) {
      expect([ids[0], ids.at(-1)]).toEqual([101, 102]);
      expect(Math.min(...ids.slice(1, -1))).toBeGreaterThanOrEqual(1000);
      expect(boundary).toBeLessThan(ids.length);
      expect([0, 1, 2]).toContain(label);
    }
  });
});

describe('batches', () => {
  const lengths = makeLengths('mnli', poolSize(32), 5);

  it('keep the order and leave out a last one that is not full', () => {
    expect(cutBatches([5, 3, 1, 4, 2], 2)).toEqual([
      [5, 3],
      [1, 4],
    ]);
  });

  it('grouped by length hold every row once and hardly pad', () => {
    const grouped = groupedBatches(lengths, 32);
    expect(grouped.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
    expect(fill(grouped, lengths)).toBeGreaterThan(0.95);
  });

  it('a few stand for all of them', () => {
    const all = cutBatches([...lengths.keys()], 32);
    for (const count of [2, 4, 8]) {
      const few = representative(all, lengths, count);
      expect(few).toHaveLength(count);
      expect(new Set(few.map(String)).size).toBe(count);
      expect(Math.abs(fill(few, lengths) - fill(all, lengths))).toBeLessThan(0.04);
    }
  });

  it('by tokens stay within the limit, longest first, a longer row alone', () => {
    expect(tokenBatches([3, 9, 4, 5, 1], [0, 1, 2, 3, 4], 8)).toEqual([[1], [3], [2, 0, 4]]);
    expect(tokenBatches([3, 9, 4, 5, 1], [4, 2], 8)).toEqual([[2, 4]]);
    const batches = tokenBatches(lengths, [...lengths.keys()], 1024);
    expect(batches.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
    for (const rows of batches) expect(sum(rows.map((row) => lengths[row] ?? 0))).toBeLessThanOrEqual(1024);
  });

  it('pad to the longest or to a length', () => {
    expect(paddedLengths([3, 5], 'longest')).toEqual([5, 5]);
    expect(paddedLengths([3, 5], 128)).toEqual([128, 128]);
    expect(paddedLengths([3, 33], 'multiple-of-32')).toEqual([64, 64]);
    expect(paddedLengths([3, 5], 'none')).toEqual([3, 5]);
  });
});
