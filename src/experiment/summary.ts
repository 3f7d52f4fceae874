/**
 * The statistics over seeds: median, mean and sample standard deviation (n - 1) of each arm's average and of each task's main metric.
 * With one seed there is no spread: the standard deviation is null, not 0.
 */
import { mean, median, sampleStandardDeviation } from 'simple-statistics';
import type { TaskRegistry } from '../tasks/index.js';
import type { MetricName } from '../metrics/types.js';
import type { TaskScores } from '../train/events.js';
import type { RunResult } from './results.js';

export interface Spread {
  readonly median: number;
  readonly mean: number;
  /** Sample standard deviation; null with fewer than two values. */
  readonly std: number | null;
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
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const list = [...values];
  return { median: median(list), mean: mean(list), std: list.length < 2 ? null : sampleStandardDeviation(list) };
}

function summariseTask(name: string, scores: readonly TaskScores[], registry: TaskRegistry): TaskSummary | null {
  const metric = registry.byName(name).mainMetric;
  const spread = spreadOf(scores.map((own) => own[name]?.[metric]).filter((score) => score !== undefined));
  return spread === null ? null : { metric, ...spread };
}

function summariseTasks(scores: readonly TaskScores[], registry: TaskRegistry): Record<string, TaskSummary> {
  const tasks: Record<string, TaskSummary> = {};
  for (const name of new Set(scores.flatMap((own) => Object.keys(own)))) {
    const summary = summariseTask(name, scores, registry);
    if (summary !== null) tasks[name] = summary;
  }
  return tasks;
}

function summariseArm(arm: string, runs: readonly RunResult[], registry: TaskRegistry): ArmSummary {
  const average = spreadOf(runs.map((run) => run.average).filter((score) => score !== null));
  const tasks = summariseTasks(
    runs.map((run) => run.tasks),
    registry,
  );
  return {
    arm,
    n: runs.length,
    average,
    tasks,
    mismatched: summariseTasks(
      runs.map((run) => run.mismatched),
      registry,
    ),
  };
}

/**
 * One entry per arm, in the order in which the arms first appear.
 * @param registry knows the tasks of the runs
 */
export function summarise(runs: readonly RunResult[], registry: TaskRegistry): ArmSummary[] {
  const arms = [...new Set(runs.map((run) => run.arm))];
  return arms.map((arm) =>
    summariseArm(
      arm,
      runs.filter((run) => run.arm === arm),
      registry,
    ),
  );
}
