/** Training losses along the way, over the seeds of an arm. */
import { median } from 'simple-statistics';
import type { LoadedExperiment, LoadedRun } from '../load/experiment.js';
import type { CoursePoint } from '../load/training-course.js';
import { reportArms, runsOn, trainedTasks } from './arms.js';

export interface CurvePoint {
  /** Share of the steps done, 0 to 1. */
  readonly progress: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface LearningCurve {
  readonly task: string;
  readonly arm: string;
  readonly series: number;
  readonly seeds: number;
  readonly points: readonly CurvePoint[];
}

/** Mean loss of the task's examples between two points of a run's course; median, smallest and largest over the seeds. */
export function learningCurves(experiment: LoadedExperiment): LearningCurve[] {
  return trainedTasks(experiment).flatMap((task) =>
    reportArms(experiment).flatMap((arm) => {
      const runs = runsOn(arm, task).filter(({ course }) => course !== null);
      const points = curveOf(runs, task);
      return points.length === 0 ? [] : [{ task, arm: arm.name, series: arm.series, seeds: runs.length, points }];
    }),
  );
}

function curveOf(runs: readonly LoadedRun[], task: string): CurvePoint[] {
  const courses = runs.map(({ course }) => course?.points ?? []);
  const length = courses.length === 0 ? 0 : Math.min(...courses.map((points) => points.length));
  return Array.from({ length }, (_, index) => index).flatMap((index) => {
    const at = courses.map((points) => points[index] as CoursePoint);
    const losses = at.map((point) => point.tasks[task]?.loss).filter((loss) => loss !== undefined);
    if (losses.length === 0) return [];
    const progress = (at[0]?.step ?? 0) / (runs[0]?.record.steps ?? 1);
    return [{ progress, median: median(losses), low: Math.min(...losses), high: Math.max(...losses) }];
  });
}
