/** The paper's numbers stand beside numbers of the same kind only. */
import { describe, expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../../src/config/schema.js';
import { besideThePaper } from '../../../src/report/analysis/paper.js';
import { taskRegistry } from '../../../src/tasks/index.js';
import { customTask, madeExperiment, resultOf } from '../made-experiment.js';

const PAPERS = ['cola', 'sst2', 'mrpc', 'stsb', 'qqp', 'mnli', 'qnli', 'rte'];

/** Every task and the average, of `single-multi` 0.6 and of the variant 0.5. */
function beside({ tasks = PAPERS, ...config }: ConfigInput): string[] {
  const arms = ['single-multi', ...Object.keys(config.variants ?? {})];
  const { byName } = taskRegistry(configSchema.parse(config));
  const results = arms.map((arm, index) => {
    const average = 0.6 - index / 10;
    const scores = Object.fromEntries(tasks.map((task) => [task, { [byName(task).mainMetric]: average }]));
    return { ...resultOf(arm, 1, {}), tasks: scores, average };
  });
  const experiment = madeExperiment({ arms, tasks, ...config }, undefined, results);
  return besideThePaper(experiment).map(({ what, paper, here }) => `${what}: ${paper}, ${here.toFixed(1)}`);
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

  it('are averages and differences over the same tasks alone; WNLI counts in neither', () => {
    const variants = lambda0('single-multi');
    const whole = beside({ variants });
    expect(whole).toHaveLength(3);
    expect(beside({ variants, tasks: [...PAPERS, 'wnli'] })).toEqual(whole);
    expect(beside({ variants, tasks: PAPERS.slice(1) })).toEqual(['single-multi, RTE: 82.8, 60.0']);
    const customTasks = { reviews: customTask(2) };
    expect(beside({ variants, customTasks, tasks: [...PAPERS, 'reviews'] })).toEqual(['single-multi, RTE: 82.8, 60.0']);
  });

  it("are none for tasks of one's own, as many as GLUE's and called like them", () => {
    const named = PAPERS.map((name) => [`my-${name}`, { ...customTask(2), title: name }] as const);
    expect(beside({ customTasks: Object.fromEntries(named), tasks: named.map(([name]) => name) })).toEqual([]);
  });

  it('is no variant of another arm', () => {
    expect(beside({ variants: lambda0('multi-multi') })).toEqual(['single-multi, RTE: 82.8, 60.0', 'single-multi, Average: 86, 60.0']);
  });
});
