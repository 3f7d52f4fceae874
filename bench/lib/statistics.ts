/** What is said of repeated measurements. */
import { linearRegression, median, quantile } from 'simple-statistics';
import { createRandom } from '../../src/util/random.js';

const RESAMPLES = 10_000;
const SEED = 1;

export interface Estimate {
  readonly median: number;
  /** Bounds of the 95 % bootstrap interval of the median. */
  readonly low: number;
  readonly high: number;
}

/** Median and the percentile bootstrap of it (Efron 1979), seeded: the same values give the same interval. */
export function bootstrapMedian(values: readonly number[]): Estimate {
  const random = createRandom(SEED, 'bootstrap');
  const medians = Array.from({ length: RESAMPLES }, () => median(values.map(() => values[random.integer(values.length)] ?? Number.NaN)));
  return { median: median([...values]), low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}

/** How many times faster ours was, pair by pair: rates of the same round over each other. */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): Estimate {
  if (ours.length !== theirs.length || ours.length === 0) throw new Error(`${ours.length} and ${theirs.length} measurements are no pairs`);
  return bootstrapMedian(ours.map((rate, pair) => rate / (theirs[pair] ?? Number.NaN)));
}

/** Least squares: growth of y for each x. */
export function slope(points: readonly (readonly [number, number])[]): number {
  return linearRegression(points.map(([x, y]) => [x, y])).m;
}

export { geometricMean, median, quantile } from 'simple-statistics';
