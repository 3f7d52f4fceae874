/** The presets against the numbers in docs/paper.md, written out here by hand from its sections 1 to 3. */
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/load.js';
import { PRESET_NAMES } from '../../src/config/presets.js';
import { GLUE_TASK_NAMES } from '../../src/config/schema.js';
import { checkVariants, configOf } from '../../src/config/variants.js';
import { GLUE_TASKS } from '../../src/tasks/index.js';

const EIGHT_TASKS = ['cola', 'sst2', 'mrpc', 'stsb', 'qqp', 'mnli', 'qnli', 'rte'];
const SEEDS_1_TO_20 = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];

/** Knobs that no preset turns. */
const OFF = { accumulate: 1, grid: { learningRate: [], layerDecay: [], seeds: 1 } };

describe('paper', () => {
  const config = resolveConfig({ preset: 'paper' });

  it('trains as the table of section 2 says', () => {
    expect(config.single).toEqual({ ...OFF, epochs: 3, batchSize: 32, learningRate: 5e-5, layerDecay: 1 });
    expect(config.multi).toEqual({ ...OFF, epochs: 6, batchSize: 128, learningRate: 1e-4, layerDecay: 0.9 });
    expect(config.data.maxLength).toBe(128);
    expect(config.schedule.warmup).toBe(0.1);
    expect(config.optimizer).toMatchObject({ beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, clipNorm: 1 });
    expect(config.model.headDropout).toBe(0.1);
    expect(config.seeds).toEqual(SEEDS_1_TO_20);
  });

  it('samples tasks at random, anneals linearly, averages the loss, corrects the bias and has a sigmoid on STS-B', () => {
    expect(config.sampling).toEqual({ kind: 'random', exponent: 0.75, endExponent: null, order: 'fresh' });
    expect(config.distillation.annealing).toBe('linear');
    expect(config.loss.reduction).toBe('mean');
    expect(config.optimizer.biasCorrection).toBe(true);
    expect(config.model.regression).toBe('sigmoid');
    expect(config.model.headInit).toBe('truncated_normal');
    expect(config.data.bothOrders).toBe(false);
  });

  it('trains the eight tasks of the results, in every arm', () => {
    expect(config.tasks).toEqual(EIGHT_TASKS);
    expect(config.arms).toEqual(['single', 'multi', 'single-multi']);
  });
});

describe('reference', () => {
  const config = resolveConfig({ preset: 'reference' });

  it('does what section 3 lists', () => {
    expect(config.loss.reduction).toBe('sum');
    expect(config.sampling).toEqual({ kind: 'copies', exponent: 0.75, endExponent: null, order: 'fixed' });
    expect(config.data.bothOrders).toBe(true);
    expect(config.optimizer).toMatchObject({ biasCorrection: false, epsilon: 1e-6, clipNorm: 1, weightDecay: 0.01 });
    expect(config.model.regression).toBe('linear');
    expect(config.model.headInit).toBe('glorot_uniform');
    expect(config.tasks).toEqual(EIGHT_TASKS);
  });

  it('shares lengths and rates with the paper, and decays the layers of single models as well (lr_decay of its configure.py)', () => {
    expect(config.single).toEqual({ ...OFF, epochs: 3, batchSize: 32, learningRate: 5e-5, layerDecay: 0.9 });
    expect(config.multi).toEqual({ ...OFF, epochs: 6, batchSize: 128, learningRate: 1e-4, layerDecay: 0.9 });
    expect(config.seeds).toEqual(SEEDS_1_TO_20);
  });
});

describe('quickstart', () => {
  const config = resolveConfig({ preset: 'quickstart' });

  it('runs three arms on all nine tasks with sequences of at most 64 tokens', () => {
    expect(config.arms).toEqual(['single', 'multi', 'single-multi']);
    expect(config.tasks).toHaveLength(9);
    expect(config.data.maxLength).toBe(64);
  });
});

describe('every preset', () => {
  it.each(PRESET_NAMES)('%s carries its own name', (preset) => {
    expect(resolveConfig({ preset }).preset).toBe(preset);
  });

  it('has names that the registry of tasks and the list of arms know', () => {
    expect([...GLUE_TASK_NAMES]).toEqual(GLUE_TASKS.map((task) => task.name));
    for (const preset of PRESET_NAMES) checkVariants(resolveConfig({ preset }));
  });
});

describe('studies', () => {
  it('change one part of Single→Multi each (section 4)', () => {
    const config = resolveConfig({ preset: 'ablations' });
    const student = (name: string) => configOf(config, name);
    expect(config.arms).toEqual(['single', 'single-multi', 'no-layerwise-rates', 'no-task-sampling', 'lambda-0', 'lambda-0.5']);
    expect(student('no-layerwise-rates').multi).toEqual({ ...config.multi, layerDecay: 1 });
    expect(student('no-task-sampling').sampling).toMatchObject({ kind: 'random', exponent: 1 });
    expect(student('lambda-0').distillation).toMatchObject({ annealing: 'constant', lambda: 0 });
    expect(student('lambda-0.5').distillation).toMatchObject({ annealing: 'constant', lambda: 0.5 });
  });

  it('stand on the preset they are laid over', () => {
    const { variants, arms, preset, ...rest } = resolveConfig({ preset: 'quickstart+combinations' });
    const { variants: _variants, arms: _arms, preset: _preset, ...quickstart } = resolveConfig({ preset: 'quickstart' });
    expect(rest).toEqual(quickstart);
    expect(preset).toBe('quickstart+combinations');
    expect(arms).toEqual([...Object.keys(variants), 'multi']);
    expect(configOf(resolveConfig({ preset: 'quickstart+combinations' }), 'rte-mnli').tasks).toEqual(['rte', 'mnli']);
  });
});
