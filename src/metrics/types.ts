/** What a metric computes; src/config/metrics.ts has their names. All scores are fractions, not percentages. */
export { METRIC_NAMES, type MetricName } from '../config/metrics.js';

/** A finite number always; where the metric is undefined, the number it is given by convention and a warning that says so. */
export interface Score {
  readonly value: number;
  readonly warning?: string;
}

/** Predictions and gold have the same length, at least 1, and hold finite numbers: `score` has checked that. */
export type Metric = (predictions: ArrayLike<number>, gold: ArrayLike<number>) => Score;
