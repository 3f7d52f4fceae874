/** docs/paper.md section 3.2's numbers, in its order of tasks: RTE, MRPC, STS-B, CoLA, SST-2, QNLI, QQP, MNLI. */
import { describe, expect, it } from 'vitest';
import { copiesAndWeights, lossWeights, samplingShares } from '../../src/data/sampling.js';

const PAPER_SIZES = [2490, 7336, 11498, 8551, 67349, 108436, 363869, 392702];
const PAPER_COPIES = [4, 3, 2, 3, 2, 1, 1, 1];
const PAPER_WEIGHTS = ['0.8816', '0.8972', '1.2028', '0.8634', '0.7731', '1.3727', '1.0142', '0.9951'];

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('samplingShares', () => {
  it('is proportional to size^exponent and sums to 1', () => {
    // 16^0.75 = 8, 81^0.75 = 27, 256^0.75 = 64
    expect(samplingShares([16, 81, 256], 0.75).map((share) => share * 99)).toEqual(
      [8, 27, 64].map((value) => expect.closeTo(value, 12) as number),
    );
    expect(sum(samplingShares(PAPER_SIZES, 0.75))).toBeCloseTo(1, 14);
  });

  it('has the two ends: 0 for equal shares, 1 for the sizes', () => {
    expect(samplingShares([1, 9], 0)).toEqual([0.5, 0.5]);
    expect(samplingShares([1, 9], 1)).toEqual([0.1, 0.9]);
  });

  it.each([[[]], [[5, 0]], [[1.5]], [[-1]]])('refuses sizes %j', (sizes) => {
    expect(() => samplingShares(sizes, 0.75)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('copiesAndWeights', () => {
  const { copies, weights } = copiesAndWeights(PAPER_SIZES, 0.75);

  it("gives docs/paper.md's copies and loss weights", () => {
    expect(copies).toEqual(PAPER_COPIES);
    expect(weights.map((weight) => weight.toFixed(4))).toEqual(PAPER_WEIGHTS);
  });

  it('makes the influence of a task exactly proportional to size^exponent', () => {
    const influence = PAPER_SIZES.map((size, task) => size * (copies[task] ?? 0) * (weights[task] ?? 0));
    const shares = samplingShares(PAPER_SIZES, 0.75);
    influence.forEach((value, task) => expect(value / sum(influence)).toBeCloseTo(shares[task] ?? 0, 14));
  });

  it('copies nothing and weighs nothing when there is one task, or exponent 1', () => {
    expect(copiesAndWeights([100], 0.75)).toEqual({ copies: [1], weights: [1] });
    const { copies: ones, weights: even } = copiesAndWeights([100, 300], 1);
    expect(ones).toEqual([1, 1]);
    even.forEach((weight) => expect(weight).toBeCloseTo(1, 14));
  });
});

describe('lossWeights', () => {
  it('is proportional to size^(-0.25), with mean 1 over examples', () => {
    const weights = lossWeights(PAPER_SIZES, 0.75);
    expect((weights[0] ?? 0) / (weights[7] ?? 0)).toBeCloseTo((392702 / 2490) ** 0.25, 12);
    const mean = sum(weights.map((weight, task) => weight * (PAPER_SIZES[task] ?? 0))) / sum(PAPER_SIZES);
    expect(mean).toBeCloseTo(1, 14);
  });

  it('does not weigh with a negative exponent', () => {
    expect(lossWeights([3, 5], -1)).toEqual([1, 1]);
  });
});
