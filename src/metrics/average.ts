/** The one number for a model: BAM's average over GLUE. Missing scores are errors, since an average over fewer tasks looks like a gain. */
import { BornAgainError } from '../util/errors.js';
import type { MetricName } from './types.js';

/** What the average needs of a task; a TaskDefinition is one. */
export interface AveragedTask {
  readonly name: string;
  readonly mainMetric: MetricName;
}

/** WNLI because BAM does not train it (its dev set contradicts its train set), AX because it has no labels of its own. */
export const NOT_AVERAGED: readonly string[] = ['wnli', 'ax'];

/**
 * Unweighted mean of each task's main metric over the given tasks, WNLI and AX left out: with all of GLUE, BAM's eight.
 * @param scores by task name, then by metric
 * @returns null where no task is left to average
 * @throws BornAgainError ERR_INVALID_ARGUMENT where a task has no score
 */
export function glueAverage(
  tasks: readonly AveragedTask[],
  scores: Readonly<Record<string, Readonly<Partial<Record<MetricName, number>>>>>,
): number | null {
  const averaged = tasks.filter((task) => !NOT_AVERAGED.includes(task.name));
  if (averaged.length === 0) return null;
  let sum = 0;
  for (const { name, mainMetric } of averaged) {
    const value = scores[name]?.[mainMetric];
    if (value === undefined || !Number.isFinite(value)) {
      throw new BornAgainError('ERR_INVALID_ARGUMENT', `cannot average: task ${name} has no ${mainMetric} (got ${value})`, {
        name,
        mainMetric,
      });
    }
    sum += value;
  }
  return sum / averaged.length;
}
