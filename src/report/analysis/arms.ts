/** The arms of a report, in the order asked for, and their finished runs. */
import { taskRegistry } from '../../tasks/index.js';
import type { LoadedExperiment, LoadedRun } from '../load/experiment.js';

export interface ReportArm {
  readonly name: string;
  /** Its place among all, which gives it its colour and shape in every figure. */
  readonly series: number;
  readonly runs: readonly LoadedRun[];
}

/** Those with at least one finished run. */
export function reportArms({ config, runs }: LoadedExperiment): ReportArm[] {
  const all = config.arms.map((name, series) => ({ name, series, runs: runs.filter(({ run }) => run.arm === name) }));
  return all.filter((arm) => arm.runs.length > 0);
}

/** An arm's runs that trained the task, one for each seed. */
export function runsOn(arm: ReportArm, task: string): LoadedRun[] {
  return arm.runs.filter(({ run }) => run.tasks.includes(task));
}

/** Names of the tasks that any finished run of an arm trained, in the registry's order. */
export function trainedTasks(experiment: LoadedExperiment): string[] {
  const arms = reportArms(experiment);
  const known = taskRegistry(experiment.config).all.map(({ name }) => name);
  return known.filter((name) => arms.some((arm) => runsOn(arm, name).length > 0));
}

/** The runs whose models taught a run this task; empty where it had no teacher, or one of them is gone or was trained anew since. */
export function teachersOf(experiment: LoadedExperiment, { record }: LoadedRun, task: string): LoadedRun[] {
  const hashes = String(record.settings[`teacher of.${task}`] ?? '').split(',');
  const teachers = hashes.flatMap((hash) => experiment.runs.find((other) => other.record.modelHash === hash) ?? []);
  return teachers.length === hashes.length ? teachers : [];
}
