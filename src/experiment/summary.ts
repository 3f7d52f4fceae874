/**
 * The statistics over seeds: median with its bootstrap interval, mean and sample standard deviation (n - 1) of each arm's average and of
 * each task's main metric. With one seed there is no spread: deviation and interval are null, not 0.
 */
import { mean, median, sampleStandardDeviation } from 'simple-statistics';
import type { MetricName } from '../metrics/types.js';
import { medianInterval, type Interval } from '../statistics/index.js';
import { taskRegistry } from '../tasks/index.js';
import type { RunResult } from './results.js';
import { averageScores, taskScores, type ScoringConfig, type SeedScore } from './seed-scores.js';

export interface Spread {
  /** Number of scores: the arm's seeds, less failed runs where `report.failedRuns` drops them. */
  readonly n: number;
  readonly median: number;
  readonly mean: number;
  /** Sample standard deviation; null with fewer than two values. */
  readonly std: number | null;
  /** Percentile bootstrap interval of the median; null with fewer than two values. */
  readonly interval: Interval | null;
}

export interface TaskSummary extends Spread {
  readonly metric: MetricName;
}

export interface ArmSummary {
  readonly arm: string;
  /** Number of seeds. */
  readonly n: number;
  /** Null when none of the tasks counts in the average. */
  readonly average: Spread | null;
  readonly tasks: Readonly<Record<string, TaskSummary>>;
  /** On the mismatched set, of the tasks that have one. */
  readonly mismatched: Readonly<Record<string, TaskSummary>>;
  /** Failed runs, dropped or not, by task; tasks without one are left out. */
  readonly failed: Readonly<Record<string, number>>;
}

function spreadOf(scores: readonly SeedScore[]): Spread | null {
  if (scores.length === 0) return null;
  const list = scores.map(({ score }) => score);
  const several = list.length > 1;
  return {
    n: list.length,
    median: median(list),
    mean: mean(list),
    std: several ? sampleStandardDeviation(list) : null,
    interval: several ? medianInterval(list) : null,
  };
}

function summariseTasks(runs: readonly RunResult[], set: 'tasks' | 'mismatched', config: ScoringConfig): Record<string, TaskSummary> {
  const tasks: Record<string, TaskSummary> = {};
  for (const name of new Set(runs.flatMap((run) => Object.keys(run[set])))) {
    const spread = spreadOf(taskScores(runs, name, config, set));
    if (spread !== null) tasks[name] = { metric: taskRegistry(config).byName(name).mainMetric, ...spread };
  }
  return tasks;
}

function countFailed(runs: readonly RunResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of runs.flatMap(({ failed }) => Object.keys(failed))) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** One entry per arm, in the order in which the arms first appear. */
export function summarise(runs: readonly RunResult[], config: ScoringConfig): ArmSummary[] {
  return [...new Set(runs.map((run) => run.arm))].map((arm) => {
    const own = runs.filter((run) => run.arm === arm);
    return {
      arm,
      n: own.length,
      average: spreadOf(averageScores(own, config)),
      tasks: summariseTasks(own, 'tasks', config),
      mismatched: summariseTasks(own, 'mismatched', config),
      failed: countFailed(own),
    };
  });
}
