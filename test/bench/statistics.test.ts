import { describe, expect, it } from 'vitest';
import { bootstrapMedian, pairedRatio, slope } from '../../bench/lib/statistics.js';

describe('the ratio of pairs', () => {
  it('is the median of the ratios, not the ratio of the medians', () => {
    expect(pairedRatio([10, 20, 90], [10, 5, 30]).median).toBe(3);
  });

  it('has an interval around it that pairs of one ratio close', () => {
    const { median, low, high } = pairedRatio([2, 4, 6], [1, 2, 3]);
    expect([median, low, high]).toEqual([2, 2, 2]);
  });

  it('refuses measurements that are no pairs', () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow('no pairs');
    expect(() => pairedRatio([], [])).toThrow('no pairs');
  });
});

describe('the bootstrap interval of a median', () => {
  // Exact for n = 7: the resampled median is at most the k-th order statistic with probability P(Bin(7, k/7) >= 4). k = 1: 0.0102,
  // k = 2: 0.1259. So the 2.5 % quantile is the second smallest value and the 97.5 % quantile the second largest.
  it('of seven values reaches from the second to the sixth', () => {
    expect(bootstrapMedian([7, 1, 5, 3, 2, 6, 4])).toEqual({ median: 4, low: 2, high: 6 });
  });

  it('is the same in every run', () => {
    const values = [1.2, 0.9, 1.7, 1.1, 1.3];
    expect(bootstrapMedian(values)).toEqual(bootstrapMedian(values));
  });
});

describe('the slope', () => {
  it('is that of the least squares', () => {
    // numpy.polyfit([0, 1, 2, 3], [1, 3, 2, 5], 1)[0] is 1.1
    expect(
      slope([
        [0, 1],
        [1, 3],
        [2, 2],
        [3, 5],
      ]),
    ).toBeCloseTo(1.1, 12);
  });
});
