/** What is counted once where two arms came to the same training, and which tokens a rate is of. */
import { expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/config/schema.js';
import { armCosts } from '../../../src/report/analysis/cost.js';
import type { TrainingCourse } from '../../../src/report/load/training-course.js';
import { madeExperiment } from '../made-experiment.js';

const course = (tokens: number, seconds: number | null): TrainingCourse => ({ steps: 10, examples: 80, tokens, seconds, points: [] });

it('counts a model that was taken over under the arm that trained it', () => {
  const variants: ConfigInput['variants'] = { again: { arm: 'multi', set: [] } };
  const experiment = madeExperiment({ arms: ['multi', 'again'], variants, tasks: ['rte', 'mrpc'], seeds: [1, 2] }, (run) => ({
    record: { modelHash: `seed ${run.seed}` },
    course: course(1000, 2),
  }));
  const once = { models: 2, steps: 20, examples: 160, tokens: 2000, seconds: 4, tokensPerSecond: 500 };
  const nothing = { models: 0, steps: 0, examples: 0, tokens: 0, seconds: 0, tokensPerSecond: null };
  expect(armCosts(experiment)).toEqual({
    arms: [
      { arm: 'multi', ...once },
      { arm: 'again', ...nothing },
    ],
    all: once,
  });
});

it('divides the tokens of those models whose times are known', () => {
  const experiment = madeExperiment({ arms: ['multi'], tasks: ['rte', 'mrpc'], seeds: [1, 2] }, ({ seed }) => ({
    course: course(1000, seed === 1 ? 2 : null),
  }));
  expect(armCosts(experiment).all).toMatchObject({ tokens: 2000, seconds: 2, tokensPerSecond: 500 });
});
