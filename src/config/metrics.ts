/** What a task can be scored by: a line for each metric, from which the rest derives. src/metrics computes them. */

interface MetricTraits {
  /** Of the tasks that it scores. */
  readonly kind: 'classification' | 'regression';
  /** An error: it cannot stand for a task in an average. */
  readonly lessIsBetter: boolean;
  /** What is given where there is no example or a prediction is no number (docs/metrics.md). */
  readonly undefinedValue: number;
}

/** By the name in results.json. */
export const METRICS = {
  accuracy: { kind: 'classification', lessIsBetter: false, undefinedValue: 0 },
  f1: { kind: 'classification', lessIsBetter: false, undefinedValue: 0 },
  matthews: { kind: 'classification', lessIsBetter: false, undefinedValue: 0 },
  pearson: { kind: 'regression', lessIsBetter: false, undefinedValue: 0 },
  spearman: { kind: 'regression', lessIsBetter: false, undefinedValue: 0 },
  mse: { kind: 'regression', lessIsBetter: true, undefinedValue: 1 },
} as const satisfies Readonly<Record<string, MetricTraits>>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];
