/** What an experiment cost: work and time of each arm's training, and of each call. */
import type { LoadedExperiment } from '../load/experiment.js';

export interface ArmCost {
  readonly arm: string;
  readonly models: number;
  readonly steps: number;
  readonly examples: number;
  /** Real tokens of training, without padding. */
  readonly tokens: number;
  /** Inside native compute, all models together, as if one after the other. */
  readonly seconds: number;
}

/** In the order of training; teachers that no arm asks for stand under their own arm. Models without a log cost nothing here. */
export function armCosts({ runs }: LoadedExperiment): ArmCost[] {
  return [...new Set(runs.map(({ run }) => run.arm))].map((arm) => {
    const courses = runs.flatMap(({ run, course }) => (run.arm === arm && course !== null ? [course] : []));
    const total = (key: 'steps' | 'examples' | 'tokens' | 'seconds'): number =>
      courses.reduce((sum, course) => sum + (course[key] ?? 0), 0);
    const models = runs.filter(({ run }) => run.arm === arm).length;
    return { arm, models, steps: total('steps'), examples: total('examples'), tokens: total('tokens'), seconds: total('seconds') };
  });
}
