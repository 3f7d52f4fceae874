/** The paper's numbers stand beside numbers of the same kind only. */
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/config/schema.js';
import { besideThePaper } from '../../../src/report/analysis/paper.js';
import { scoreRows } from '../../../src/report/analysis/scores.js';
import { madeExperiment, resultOf } from '../made-experiment.js';

/** RTE and the average, of `single-multi` 0.6 and of the variant 0.5. */
function beside(config: ConfigInput): string[] {
  const arms = ['single-multi', ...Object.keys(config.variants ?? {})];
  const results = arms.map((arm, index) => resultOf(arm, 1, { rte: 0.6 - index / 10, mrpc: 0.6 - index / 10 }));
  const experiment = madeExperiment({ arms, tasks: ['rte', 'mrpc'], ...config }, undefined, results);
  return besideThePaper(scoreRows(experiment), experiment.config).map(({ what, paper, here }) => `${what}: ${paper}, ${here.toFixed(1)}`);
}

const lambda0 = (arm: 'single-multi' | 'multi-multi'): ConfigInput['variants'] => ({
  'lambda-0': { arm, set: ['distillation.annealing=constant', 'distillation.lambda=0'] },
});

describe('beside the paper', () => {
  it('are scores, averages and the differences of its variants', () => {
    expect(beside({ variants: lambda0('single-multi') })).toEqual([
      'single-multi, RTE: 82.8, 60.0',
      'single-multi, Average: 86, 60.0',
      'lambda-0 − single-multi, average: -0.5, -10.0',
    ]);
  });

  it('are no averages and differences of another kind', () => {
    expect(beside({ variants: lambda0('single-multi'), report: { average: 'glue' } })).toEqual(['single-multi, RTE: 82.8, 60.0']);
  });

  it('is no variant of another arm', () => {
    expect(beside({ variants: lambda0('multi-multi') })).toEqual(['single-multi, RTE: 82.8, 60.0', 'single-multi, Average: 86, 60.0']);
  });
});
