import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/experiment/summary.js';
import { configSchema } from '../../src/config/schema.js';

const CONFIG = configSchema.parse({});

const run = (arm: string, seed: number, average: number | null, rte: number) => ({
  arm,
  seed,
  tasks: { rte: { accuracy: rte }, mrpc: { accuracy: 0.8, f1: rte } },
  average,
  mismatched: {},
  model: '',
  failed: {},
});

describe('summarise', () => {
  it('gives median, mean and sample standard deviation of the main metrics', () => {
    // numpy: median, mean and std(ddof=1) of [0.70, 0.68, 0.75, 0.71].
    const [multi] = summarise(
      [0.7, 0.68, 0.75, 0.71].map((score, i) => run('multi', i, score, score)),
      CONFIG,
    );
    expect(multi?.n).toBe(4);
    expect(multi?.average?.median).toBeCloseTo(0.705, 12);
    expect(multi?.average?.mean).toBeCloseTo(0.71, 12);
    expect(multi?.average?.std).toBeCloseTo(0.029439202887759478, 12);
    expect(multi?.tasks['rte']).toEqual({ metric: 'accuracy', ...multi?.average });
    expect(multi?.tasks['mrpc']).toMatchObject({ metric: 'accuracy', median: 0.8 });
  });

  it('has no standard deviation with one seed and no average without one', () => {
    const [single] = summarise([run('single', 1, null, 0.5)], CONFIG);
    expect(single?.average).toBeNull();
    expect(single?.tasks['rte']).toEqual({ metric: 'accuracy', median: 0.5, mean: 0.5, std: null, n: 1, interval: null });
  });

  it('drops a failed run from its task and from the average, where it is told to', () => {
    const runs = [0.7, 0.5, 0.9].map((score, i) => ({
      ...run('multi', i, score, score),
      failed: i === 1 ? ({ rte: 'majority' } as const) : {},
    }));
    const told = (failedRuns: 'keep' | 'drop') => summarise(runs, configSchema.parse({ report: { failedRuns } }))[0];
    expect(told('keep')).toMatchObject({ average: { n: 3, median: 0.7 }, tasks: { rte: { n: 3, median: 0.7 } } });
    const dropped = told('drop');
    expect(dropped).toMatchObject({ n: 3, failed: { rte: 1 }, average: { n: 2 }, tasks: { rte: { n: 2 }, mrpc: { n: 3 } } });
    for (const spread of [dropped?.average, dropped?.tasks['rte']]) expect(spread?.median).toBeCloseTo(0.8, 12);
  });

  it('keeps arms apart', () => {
    expect(summarise([run('single', 1, 0.5, 0.5), run('multi', 1, 0.6, 0.6)], CONFIG).map(({ arm, n }) => [arm, n])).toEqual([
      ['single', 1],
      ['multi', 1],
    ]);
  });
});
