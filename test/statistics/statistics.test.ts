/** The statistics against scipy, statsmodels and numpy (test/fixtures/statistics), and where a sample decides nothing. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  cliffsDelta,
  holm,
  mannWhitney,
  matchedRankBiserial,
  medianInterval,
  smallestMannWhitneyP,
  wilcoxonSignedRank,
} from '../../src/statistics/index.js';

interface Fixture {
  readonly mannWhitney: readonly { a: number[]; b: number[]; u: number; p: number; method: string; cliffsDelta: number }[];
  readonly wilcoxon: readonly { differences: number[]; positive: number; negative: number; n: number; p: number; method: string }[];
  readonly holm: readonly { p: number[]; adjusted: number[] }[];
  readonly median: readonly { values: number[]; level: number; low: number; high: number }[];
}

const fixture = JSON.parse(readFileSync(new URL('../fixtures/statistics/statistics.json', import.meta.url), 'utf8')) as Fixture;
/** Decimal digits: half of 1e-9. */
const DIGITS = 9;
const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

describe('mannWhitney', () => {
  it.each(fixture.mannWhitney.map((one) => [one.a.length, one.b.length, one] as const))('%i and %i values, as scipy', (_a, _b, one) => {
    const { u, p, method } = mannWhitney(one.a, one.b);
    expect(method).toBe(one.method);
    expect(u).toBe(one.u);
    expect(p).toBeCloseTo(one.p, DIGITS);
    expect(cliffsDelta(u, one.a.length, one.b.length)).toBeCloseTo(one.cliffsDelta, DIGITS);
  });

  it('gives the same p whichever sample comes first, and the effect the other sign', () => {
    for (const { a, b } of fixture.mannWhitney) {
      const [forth, back] = [mannWhitney(a, b), mannWhitney(b, a)];
      expect(back.p).toBeCloseTo(forth.p, 12);
      expect(back.u).toBeCloseTo(a.length * b.length - forth.u, 12);
    }
  });

  it('has a smallest p, that of samples apart', () => {
    for (const [a, b] of [
      [1, 1],
      [3, 3],
      [4, 4],
      [20, 20],
      [2, 9],
    ] as const) {
      // prettier-ignore
      const low = Array.from({ length: a }, (_, i) => i);
      const high = Array.from({ length: b }, (_, i) => 100 + i);
      expect(smallestMannWhitneyP(a, b)).toBeCloseTo(mannWhitney(low, high).p, 12);
    }
  });

  it('refuses empty samples and values that are not finite', () => {
    expect(() => mannWhitney([], [1])).toThrow(invalid);
    expect(() => mannWhitney([1], [NaN])).toThrow(invalid);
  });
});

describe('wilcoxonSignedRank', () => {
  it.each(fixture.wilcoxon.map((one) => [one.differences.length, one] as const))('%i pairs, as scipy', (_, one) => {
    const { differences, p, ...expected } = one;
    const { p: own, ...result } = wilcoxonSignedRank(differences);
    expect(result).toEqual(expected);
    expect(own).toBeCloseTo(p, DIGITS);
  });

  it('says nothing where no pair differs', () => {
    const none = wilcoxonSignedRank([0, 0, 0]);
    expect(none).toMatchObject({ n: 0, p: 1 });
    expect(matchedRankBiserial(none)).toBe(0);
  });

  it('has a smallest p, that of differences in one direction', () => {
    expect(matchedRankBiserial(wilcoxonSignedRank([1, 2, 3]))).toBe(1);
    for (const n of [1, 5, 6]) {
      const differences = Array.from({ length: n }, (_, i) => -1 - i);
      expect(wilcoxonSignedRank(differences).p).toBeCloseTo(Math.min(1, 2 ** (1 - n)), 12);
    }
  });

  it('refuses no pairs and differences that are not finite', () => {
    expect(() => wilcoxonSignedRank([])).toThrow(invalid);
    expect(() => wilcoxonSignedRank([Infinity])).toThrow(invalid);
  });
});

describe('holm', () => {
  it.each(fixture.holm.map((one) => [one.p.length, one] as const))('of %i tests, as statsmodels', (_, { p, adjusted }) => {
    holm(p).forEach((value, i) => expect(value).toBeCloseTo(adjusted[i] ?? NaN, DIGITS));
  });

  it('of no test is none', () => {
    expect(holm([])).toEqual([]);
  });
});

describe('medianInterval', () => {
  it.each(fixture.median.map((one) => [one.values.length, one] as const))('of %i values, as over all resamples', (_, one) => {
    const { low, high, level } = medianInterval(one.values, one.level);
    expect(level).toBe(one.level);
    expect(low).toBeCloseTo(one.low, DIGITS);
    expect(high).toBeCloseTo(one.high, DIGITS);
  });

  it('holds for many values', () => {
    const values = Array.from({ length: 401 }, (_, i) => i);
    const { low, high } = medianInterval(values);
    // Normal approximation of the order statistics: 200 ± 1.96 · √401 / 2 = 200 ± 19.6.
    expect(Math.abs(low - (200 - 19.6))).toBeLessThan(1);
    expect(high).toBe(400 - low);
    const even = medianInterval(values.slice(1));
    expect(Math.abs(even.low - low)).toBeLessThan(2);
  });

  it('of one value is that value, and of none refused', () => {
    expect(medianInterval([0.7])).toEqual({ level: 0.95, low: 0.7, high: 0.7 });
    expect(() => medianInterval([])).toThrow(invalid);
  });
});
