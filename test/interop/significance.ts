/** Statistics over seeds against scipy, statsmodels and numpy: random samples, with and without ties, small and large. */
import { cliffsDelta, holm, mannWhitney, medianInterval, wilcoxonSignedRank } from '../../src/statistics/index.js';
import { createRandom, type Random } from '../../src/util/random.js';
import type { Comparison } from './lib/comparison.js';
import { Largest } from './lib/difference.js';

const BOUND = 1e-9;

interface Theirs {
  readonly mannWhitney: readonly { u: number; p: number; method: string; cliffsDelta: number }[];
  readonly wilcoxon: readonly { positive: number; negative: number; n: number; p: number; method: string }[];
  readonly holm: readonly (readonly number[])[];
  readonly median: readonly { low: number; high: number }[];
}

function list(size: number, make: () => number): number[] {
  return Array.from({ length: size }, make);
}

/** Multiples of 1 / grid, as accuracies are, or values that are hardly ever equal. */
function sample(random: Random, size: number, grid: number | null, shift = 0): number[] {
  return list(size, () => (grid === null ? random.normal() + shift : Math.round(grid * (random.uniform() + shift)) / grid));
}

/** All permutations of tied samples are gone through on the other side, so those are small, and scipy asks for two values in each. */
function pair(random: Random, row: number): readonly [number[], number[]] {
  const tied = row % 2 === 1;
  const large = row % 5 === 4;
  const most = large ? 60 : tied ? 5 : 20;
  const least = large ? 51 : tied ? 2 : 1;
  const size = (): number => least + random.integer(most - least + 1);
  const grid = tied ? 2 + random.integer(20) : null;
  return [sample(random, size(), grid), sample(random, size(), grid, random.uniform() / 2)];
}

function differences(random: Random, row: number): number[] {
  const tied = row % 2 === 1;
  const size = row % 5 === 4 ? 130 + random.integer(50) : 1 + random.integer(tied ? 12 : 40);
  return list(size, () => (tied ? random.integer(9) - 3 : random.normal() + 0.2));
}

export const comparison: Comparison = {
  what: 'statistics: tests, effect sizes, adjustment and intervals against scipy, statsmodels and numpy',
  async run(peer) {
    const random = createRandom(7, 'statistics');
    const rows = (count: number): number[] => Array.from({ length: count }, (_, row) => row);
    const pairs = rows(60).map((row) => pair(random, row));
    const paired = rows(60)
      .map((row) => differences(random, row))
      .filter((values) => values.some((value) => value !== 0));
    const families = rows(60).map(() =>
      list(1 + random.integer(40), () => (random.integer(2) === 0 ? random.integer(10) / 100 : random.uniform() ** 4)),
    );
    // All n^n resamples are gone through on the other side.
    const samples = rows(36).map(
      (row) => [sample(random, 2 + (row % 6), row % 4 === 3 ? 10 : null), [0.9, 0.95][row % 2] ?? 0.95] as const,
    );
    const theirs = await peer.ask<Theirs>('significance.py', { pairs, differences: paired, families, samples });
    const difference = (own: number, other: number | undefined): number => Math.abs(own - (other ?? NaN));
    const sameMethod = (own: string, other: string | undefined): number => (own === other ? 0 : Infinity);
    const [u, signed, adjusted, bounds] = [new Largest(), new Largest(), new Largest(), new Largest()];
    pairs.forEach(([a, b], row) => {
      const [own, other] = [mannWhitney(a, b), theirs.mannWhitney[row]];
      const name = `case ${row}, ${a.length} and ${b.length} values`;
      const delta = cliffsDelta(own.u, a.length, b.length);
      u.add(difference(own.u, other?.u) + sameMethod(own.method, other?.method), `U, ${name}`);
      u.add(difference(own.p, other?.p), `p, ${name}`);
      u.add(difference(delta, other?.cliffsDelta), `Cliff's delta, ${name}`);
    });
    paired.forEach((values, row) => {
      const [own, other] = [wilcoxonSignedRank(values), theirs.wilcoxon[row]];
      const name = `case ${row}, ${values.length} pairs`;
      signed.add(difference(own.positive, other?.positive) + sameMethod(own.method, other?.method), `rank sum, ${name}`);
      signed.add(difference(own.negative, other?.negative), `negative rank sum, ${name}`);
      signed.add(difference(own.p, other?.p), `p, ${name}`);
    });
    families.forEach((p, row) => {
      holm(p).forEach((value, i) => adjusted.add(difference(value, theirs.holm[row]?.[i]), `family ${row}, test ${i}`));
    });
    samples.forEach(([values, level], row) => {
      const [own, other] = [medianInterval(values, level), theirs.median[row]];
      bounds.add(difference(own.low, other?.low), `low, case ${row}, ${values.length} values`);
      bounds.add(difference(own.high, other?.high), `high, case ${row}, ${values.length} values`);
    });
    return [
      u.finding("Mann-Whitney U, p and Cliff's delta against scipy and numpy", BOUND),
      signed.finding("Wilcoxon's signed ranks and p against scipy", BOUND),
      adjusted.finding('Holm adjustment against statsmodels', BOUND),
      bounds.finding('bootstrap interval of the median against all resamples by numpy', BOUND),
    ];
  },
};
