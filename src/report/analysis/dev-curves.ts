/** Dev scores along the way, over the seeds of an arm, where a training looked at dev before it was over. */
import { median } from 'simple-statistics';
import type { LoadedExperiment, LoadedRun } from '../load/experiment.js';
import { reportArms, runsOn, trainedTasks } from './arms.js';
import type { CurvePoint } from './learning-curves.js';

export interface DevPoint extends CurvePoint {
  readonly step: number;
  /** Runs that were evaluated after this step: fewer at the end where some stopped early. */
  readonly seeds: number;
}

export interface DevCurve {
  readonly task: string;
  readonly arm: string;
  readonly series: number;
  /** `progress` is the share of the steps of the run that went furthest. */
  readonly points: readonly DevPoint[];
}

/** The task's main metric at each evaluation; median, smallest and largest over the seeds. One evaluation alone is no curve. */
export function devCurves(experiment: LoadedExperiment): DevCurve[] {
  return trainedTasks(experiment).flatMap((task) => {
    const { mainMetric } = experiment.registry.byName(task);
    return reportArms(experiment).flatMap((arm) => {
      const scoresAt = scoresByStep(runsOn(arm, task), (tasks) => tasks[task]?.[mainMetric]);
      const steps = [...scoresAt.keys()].sort((a, b) => a - b);
      const points = steps.map((step): DevPoint => {
        const scores = scoresAt.get(step) ?? [];
        const spread = { median: median(scores), low: Math.min(...scores), high: Math.max(...scores) };
        return { step, progress: step / (steps.at(-1) ?? 1), ...spread, seeds: scores.length };
      });
      return points.length < 2 ? [] : [{ task, arm: arm.name, series: arm.series, points }];
    });
  });
}

type Tasks = LoadedRun['evaluations'][number]['tasks'];

function scoresByStep(runs: readonly LoadedRun[], scoreOf: (tasks: Tasks) => number | undefined): Map<number, number[]> {
  const scores = new Map<number, number[]>();
  for (const { step, tasks } of runs.flatMap(({ evaluations }) => evaluations)) {
    const score = scoreOf(tasks);
    if (score !== undefined) scores.set(step, [...(scores.get(step) ?? []), score]);
  }
  return scores;
}
