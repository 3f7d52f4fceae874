/** Scores of one task. No NaN leaves here: an undefined score is the worst there is, with a warning, and each metric's file says when. */
import { METRICS } from '../config/metrics.js';
import { BornAgainError } from '../util/errors.js';
import { accuracy } from './accuracy.js';
import { f1 } from './f1.js';
import { matthews } from './matthews.js';
import { meanSquaredError } from './mean-squared-error.js';
import { pearson } from './pearson.js';
import { spearman } from './spearman.js';
import { METRIC_NAMES, type Metric, type MetricName, type Score } from './types.js';

const COMPUTED: Readonly<Record<MetricName, Metric>> = { accuracy, f1, matthews, pearson, spearman, mse: meanSquaredError };

export interface TaskScores {
  readonly scores: Readonly<Partial<Record<MetricName, number>>>;
  /** One per score that is undefined on this input. Show them. */
  readonly warnings: readonly string[];
}

/**
 * One metric. Class indices for accuracy, f1 and matthews; scores, scaled or not, for the correlations. No example, or a prediction that
 * is NaN or infinite, gives the metric's `undefinedValue` (0, of an error 1) with a warning.
 * @throws BornAgainError ERR_INVALID_ARGUMENT for an unknown metric, unequal lengths, or a gold label that is not finite (a split without labels)
 */
export function score(metric: MetricName, predictions: ArrayLike<number>, gold: ArrayLike<number>): Score {
  if (!METRIC_NAMES.includes(metric)) {
    throw new BornAgainError('ERR_INVALID_ARGUMENT', `there is no metric ${metric}; known are ${METRIC_NAMES.join(', ')}`, { metric });
  }
  if (predictions.length !== gold.length) {
    throw new BornAgainError('ERR_INVALID_ARGUMENT', `${metric}: ${predictions.length} predictions for ${gold.length} gold labels`);
  }
  const unlabelled = countNonFinite(gold);
  if (unlabelled > 0) {
    throw new BornAgainError(
      'ERR_INVALID_ARGUMENT',
      `${metric}: ${unlabelled} of ${gold.length} gold labels are missing; has this split labels?`,
    );
  }
  if (gold.length === 0) return undefinedScore(metric, 'there is no example');
  const bad = countNonFinite(predictions);
  if (bad > 0) return undefinedScore(metric, `${bad} of ${gold.length} predictions are not finite`);
  const result = COMPUTED[metric](predictions, gold);
  return Number.isFinite(result.value) ? result : undefinedScore(metric, 'its value is beyond the largest number');
}

function undefinedScore(metric: MetricName, why: string): Score {
  const value = METRICS[metric].undefinedValue;
  return { value, warning: `${metric} is undefined: ${why}; ${value} is given` };
}

/** The scores of one task by the metrics it reports. Throws as `score` does. */
export function scoreTask(metrics: readonly MetricName[], predictions: ArrayLike<number>, gold: ArrayLike<number>): TaskScores {
  const scores: Partial<Record<MetricName, number>> = {};
  const warnings: string[] = [];
  for (const metric of metrics) {
    const { value, warning } = score(metric, predictions, gold);
    scores[metric] = value;
    if (warning !== undefined) warnings.push(warning);
  }
  return { scores, warnings };
}

function countNonFinite(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) count += 1;
  return count;
}

export { AVERAGES, averagedTasks, modelAverage, selectionScore } from './average.js';
export type { AveragedTask, AverageName, ScoredSplits } from './average.js';
export { METRIC_NAMES } from './types.js';
export type { MetricName, Score } from './types.js';
