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

/** Of the averages. A run that failed on a task that counts in them is a failed one here. */
export function averageScores(runs: readonly RunResult[], config: ScoringConfig): SeedScore[] {
  const { failedRuns, average } = config.report;
  const { byName } = taskRegistry(config);
  const failed = (run: RunResult): boolean => averagedTasks(Object.keys(run.failed).map(byName), average).length > 0;
  return runs.flatMap((run) =>
    run.average === null || (failedRuns === 'drop' && failed(run)) ? [] : [{ seed: run.seed, score: run.average }],
  );
}
