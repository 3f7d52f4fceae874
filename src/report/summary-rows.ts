/**
 * The final table as values, before anything is formatted: one row per task and one for the average, one cell per arm and baseline. The
 * average of a column is over the tasks that count (WNLI and AX do not), and only where the column has all of them: an average over
 * fewer tasks would look like a gain.
 */
import type { ArmSummary, Spread } from '../experiment/summary.js';
import { glueAverage, NOT_AVERAGED } from '../metrics/index.js';
import type { TaskDefinition, TaskRegistry } from '../tasks/index.js';
import type { BaselineKind, Baselines } from './baselines.js';

export interface SummaryRow {
  readonly title: string;
  /** Name of the metric that stands for the task; empty for the average. */
  readonly metric: string;
  /** The row counts in the average (or is it). */
  readonly averaged: boolean;
  /** Null where there is no score. */
  readonly baselines: Readonly<Record<BaselineKind, number | null>>;
  /** In the order of the summary's arms. */
  readonly arms: readonly (Spread | null)[];
}

export interface SummaryRows {
  readonly tasks: readonly SummaryRow[];
  /** Null when none of the tasks counts. */
  readonly average: SummaryRow | null;
}

/** Tasks in the registry's order, those that any arm has a score for. */
export function summaryRows(summary: readonly ArmSummary[], baselines: Baselines | null, registry: TaskRegistry): SummaryRows {
  const tasks = registry.all.filter((task) => summary.some((arm) => task.name in arm.tasks));
  const averaged = tasks.filter((task) => !NOT_AVERAGED.includes(task.name));
  return {
    tasks: tasks.map((task) => taskRow(task, summary, baselines)),
    average: averaged.length === 0 ? null : averageRow(averaged, summary, baselines),
  };
}

function taskRow(task: TaskDefinition, summary: readonly ArmSummary[], baselines: Baselines | null): SummaryRow {
  const baseline = (kind: BaselineKind): number | null => baselines?.[task.name]?.[kind][task.mainMetric] ?? null;
  return {
    title: task.title,
    metric: task.mainMetric,
    averaged: !NOT_AVERAGED.includes(task.name),
    baselines: { majority: baseline('majority'), bagOfWords: baseline('bagOfWords') },
    arms: summary.map((arm) => arm.tasks[task.name] ?? null),
  };
}

function averageRow(tasks: readonly TaskDefinition[], summary: readonly ArmSummary[], baselines: Baselines | null): SummaryRow {
  const baseline = (kind: BaselineKind): number | null => {
    const scores = Object.fromEntries(tasks.map((task) => [task.name, baselines?.[task.name]?.[kind] ?? {}]));
    const complete = tasks.every((task) => scores[task.name]?.[task.mainMetric] !== undefined);
    return complete ? glueAverage(tasks, scores) : null;
  };
  return {
    title: `Average of ${tasks.length}`,
    metric: '',
    averaged: true,
    baselines: { majority: baseline('majority'), bagOfWords: baseline('bagOfWords') },
    arms: summary.map((arm) => (tasks.every((task) => task.name in arm.tasks) ? arm.average : null)),
  };
}
