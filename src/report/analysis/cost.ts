/** What an experiment cost: work and time of each arm's training, and of each call. */
import type { LoadedExperiment, LoadedRun } from '../load/experiment.js';
import type { TrainingCourse } from '../load/training-course.js';

export interface Cost {
  /** Trained, not taken over from another arm that came to the same training. */
  readonly models: number;
  readonly steps: number;
  readonly examples: number;
  /** Real tokens of training, without padding. */
  readonly tokens: number;
  /** Inside native compute, all models together, as if one after the other; of those that kept their times. */
  readonly seconds: number;
  /** Of the models that `seconds` is of; null where none kept its times. */
  readonly tokensPerSecond: number | null;
}

export interface ArmCost extends Cost {
  readonly arm: string;
}

/**
 * In the order of training; teachers that no arm asks for, and trials of a grid, stand under their own arm. A model that several arms came
 * to was trained once, and is counted where it stands first. Models without a log cost nothing here.
 */
export function armCosts({ runs }: LoadedExperiment): { arms: ArmCost[]; all: Cost } {
  const firsts = new Map<string, LoadedRun>();
  for (const loaded of runs) if (!firsts.has(loaded.record.modelHash)) firsts.set(loaded.record.modelHash, loaded);
  const trained = [...firsts.values()];
  const arms = [...new Set(runs.map(({ run }) => run.arm))];
  return { arms: arms.map((arm) => ({ arm, ...costOf(trained.filter(({ run }) => run.arm === arm)) })), all: costOf(trained) };
}

function costOf(trained: readonly LoadedRun[]): Cost {
  const courses = trained.flatMap(({ course }) => course ?? []);
  const timed = courses.filter(({ seconds }) => seconds !== null);
  const seconds = total(timed, 'seconds');
  return {
    models: trained.length,
    steps: total(courses, 'steps'),
    examples: total(courses, 'examples'),
    tokens: total(courses, 'tokens'),
    seconds,
    tokensPerSecond: seconds === 0 ? null : total(timed, 'tokens') / seconds,
  };
}

function total(courses: readonly TrainingCourse[], key: 'steps' | 'examples' | 'tokens' | 'seconds'): number {
  return courses.reduce((sum, course) => sum + (course[key] ?? 0), 0);
}
