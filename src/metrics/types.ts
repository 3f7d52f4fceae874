/** Names of the scores this project reports, as they appear in results.json. All scores are fractions, not percentages. */
export const METRIC_NAMES = ['accuracy', 'f1', 'matthews', 'pearson', 'spearman', 'mse'] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** Scores of which less is better: they cannot stand for a task in an average. */
export const ERRORS: readonly MetricName[] = ['mse'];

/** A finite number always; where the metric is undefined, the number it is given by convention and a warning that says so. */
export interface Score {
  readonly value: number;
  readonly warning?: string;
}

/** Predictions and gold have the same length, at least 1, and hold finite numbers: `score` has checked that. */
export type Metric = (predictions: ArrayLike<number>, gold: ArrayLike<number>) => Score;
