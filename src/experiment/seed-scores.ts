/** The scores that statistics are of: one for each seed of an arm, failed runs among them or not. */
import type { Config } from '../config/schema.js';
import { averagedTasks } from '../metrics/index.js';
import { taskRegistry } from '../tasks/index.js';
import type { RunResult } from './results.js';

/** What decides which scores count. */
export type ScoringConfig = Pick<Config, 'customTasks' | 'report'>;

export interface SeedScore {
  readonly seed: number;
  readonly score: number;
}

/**
 * Of a task's main metric, for the runs that have it.
 * @param set `mismatched`: on MNLI's second dev set
 */
export function taskScores(
  runs: readonly RunResult[],
  task: string,
  config: ScoringConfig,
  set: 'tasks' | 'mismatched' = 'tasks',
): SeedScore[] {
  const metric = taskRegistry(config).byName(task).mainMetric;
  return runs.flatMap((run) => {
    const score = run[set][task]?.[metric];
    return score === undefined || (config.report.failedRuns === 'drop' && task in run.failed) ? [] : [{ seed: run.seed, score }];
  });
}

/** Of the averages. */
export function averageScores(runs: readonly RunResult[], config: ScoringConfig): SeedScore[] {
  const left = config.report.failedRuns === 'drop' ? failedOnAverage(runs, config) : [];
  return runs.flatMap((run) => (run.average === null || left.includes(run) ? [] : [{ seed: run.seed, score: run.average }]));
}

/** Those that failed on a task that counts in the average. */
export function failedOnAverage(runs: readonly RunResult[], config: ScoringConfig): RunResult[] {
  const { byName } = taskRegistry(config);
  return runs.filter(({ failed }) => averagedTasks(Object.keys(failed).map(byName), config.report.average).length > 0);
}
