/**
 * The final table as values, before anything is formatted: one row per task and one for the average, one cell per arm and baseline. The
 * average of a column is over the tasks that count, and only where the column has all of them (averages.ts).
 */
import { AVERAGE } from '../experiment/arm-tests.js';
import type { ArmSummary, Spread } from '../experiment/summary.js';
import { modelAverage, type AverageName } from '../metrics/index.js';
import type { TaskDefinition, TaskRegistry } from '../tasks/index.js';
import { comparableAverage, comparedTasks } from './averages.js';
import type { BaselineKind, Baselines } from './baselines.js';

export interface SummaryRow {
  readonly title: string;
  /** What the tests between arms know the row by: the task's name, or `average`; null for one that is not tested. */
  readonly tested: string | null;
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

export interface SummaryOptions {
  /** The average to take. */
  readonly average: AverageName;
  /** Knows the tasks of the summary. */
  readonly registry: TaskRegistry;
}

/** Tasks in the registry's order, those that any arm has a score for. */
export function summaryRows(
  summary: readonly ArmSummary[],
  baselines: Baselines | null,
  { average, registry }: SummaryOptions,
): SummaryRows {
  const tasks = registry.all.filter((task) => summary.some((arm) => task.name in arm.tasks));
  const averaged = comparedTasks(summary, registry, average);
  const rowsOf = (task: TaskDefinition): SummaryRow[] => [
    taskRow(task, averaged.includes(task), summary, baselines),
    ...mismatchedRow(task, average, summary),
  ];
  return {
    tasks: tasks.flatMap(rowsOf),
    average: averaged.length === 0 ? null : averageRow(averaged, average, summary, baselines),
  };
}

/** Those that any task has a score of. */
export function baselineKinds(tasks: readonly SummaryRow[]): BaselineKind[] {
  return (['majority', 'bagOfWords'] as const).filter((kind) => tasks.some(({ baselines }) => baselines[kind] !== null));
}

function taskRow(task: TaskDefinition, averaged: boolean, summary: readonly ArmSummary[], baselines: Baselines | null): SummaryRow {
  const baseline = (kind: BaselineKind): number | null => baselines?.[task.name]?.[kind][task.mainMetric] ?? null;
  return {
    title: task.title,
    tested: task.name,
    metric: task.mainMetric,
    averaged,
    baselines: { majority: baseline('majority'), bagOfWords: baseline('bagOfWords') },
    arms: summary.map((arm) => arm.tasks[task.name] ?? null),
  };
}

/** MNLI's second dev set, on which there are no baselines; only GLUE's average counts it. */
function mismatchedRow(task: TaskDefinition, average: AverageName, summary: readonly ArmSummary[]): SummaryRow[] {
  if (!summary.some((arm) => task.name in arm.mismatched)) return [];
  const baselines = { majority: null, bagOfWords: null };
  const arms = summary.map((arm) => arm.mismatched[task.name] ?? null);
  return [{ title: `${task.title}-mm`, tested: null, metric: task.mainMetric, averaged: average === 'glue', baselines, arms }];
}

function averageRow(
  tasks: readonly TaskDefinition[],
  average: AverageName,
  summary: readonly ArmSummary[],
  baselines: Baselines | null,
): SummaryRow {
  const baseline = (kind: BaselineKind): number | null => {
    const scores = Object.fromEntries(tasks.map((task) => [task.name, baselines?.[task.name]?.[kind] ?? {}]));
    const complete = tasks.every((task) => scores[task.name]?.[task.mainMetric] !== undefined);
    // Baselines know the main metrics and one dev set of MNLI, which is all that BAM's average needs.
    return complete && average === 'bam' ? modelAverage(tasks, { dev: scores, mismatched: {} }, average) : null;
  };
  return {
    title: `Average of ${tasks.length}${average === 'glue' ? ', as GLUE' : ''}`,
    tested: AVERAGE,
    metric: '',
    averaged: true,
    baselines: { majority: baseline('majority'), bagOfWords: baseline('bagOfWords') },
    arms: summary.map((arm) => comparableAverage(arm, tasks)),
  };
}
