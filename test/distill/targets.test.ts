/** λ and mixed targets against the reference's formulas in numpy (test/fixtures/distill/make_distill.py). */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { packBatch } from '../../src/data/pack.js';
import { tokenizeExamples } from '../../src/data/tokenize.js';
import type { TokenizedDataset } from '../../src/data/types.js';
import { goldWeight } from '../../src/distill/annealing.js';
import { softmax } from '../../src/distill/softmax.js';
import { mixedTarget, mixedTargets } from '../../src/distill/targets.js';
import type { MixedTarget } from '../../src/distill/targets.js';
import { taskByName } from '../../src/tasks/index.js';
import { fixtureTokenizer } from '../data/small-glue.js';

const fixture = JSON.parse(readFileSync(new URL('../fixtures/distill/distill.json', import.meta.url), 'utf8')) as {
  targets: (MixedTarget & { target: number[] })[];
  annealing: [step: number, totalSteps: number, percentDone: number, cosine: number][];
};

describe('goldWeight', () => {
  it('rises with the steps as the reference counts them', () => {
    const linear = { annealing: 'linear', lambda: 0.5, switchAt: 0.5 } as const;
    for (const [step, totalSteps, percentDone] of fixture.annealing) expect(goldWeight(step, totalSteps, linear)).toBe(percentDone);
  });

  it('follows half a cosine, or jumps once', () => {
    const cosine = { annealing: 'cosine', lambda: 0.5, switchAt: 0.5 } as const;
    for (const [step, totalSteps, , expected] of fixture.annealing) expect(goldWeight(step, totalSteps, cosine)).toBeCloseTo(expected, 14);
    const jump = { annealing: 'step', lambda: 0.5, switchAt: 0.3 } as const;
    expect([0, 2, 3, 9].map((step) => goldWeight(step, 10, jump))).toEqual([0, 0, 1, 1]);
  });

  it('stays where it is when constant', () => {
    for (const lambda of [0, 0.5, 1]) expect(goldWeight(7, 10, { annealing: 'constant', lambda, switchAt: 0.5 })).toBe(lambda);
  });

  it('refuses a kind that has no meaning here', () => {
    const unknown = { annealing: 'sqrt' as 'linear', lambda: 0.5, switchAt: 0.5 };
    expect(() => goldWeight(0, 10, unknown)).toThrowError(/no annealing sqrt; known are linear, cosine, step, constant/);
  });

  it('refuses a step outside the training, and a lambda or a switch outside [0, 1]', () => {
    const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error;
    for (const step of [-1, 10, 1.5])
      expect(() => goldWeight(step, 10, { annealing: 'linear', lambda: 0, switchAt: 0.5 })).toThrowError(invalid);
    for (const lambda of [-0.1, 1.1, Number.NaN])
      expect(() => goldWeight(0, 10, { annealing: 'constant', lambda, switchAt: 0.5 })).toThrowError(invalid);
    for (const switchAt of [-0.1, 1.1, Number.NaN])
      expect(() => goldWeight(0, 10, { annealing: 'step', lambda: 0.5, switchAt })).toThrowError(invalid);
  });
});

describe('softmax', () => {
  it('is safe for large logits and keeps the sum', () => {
    expect([...softmax([1000, 1000])]).toEqual([0.5, 0.5]);
    expect([...softmax([-1000, 0])]).toEqual([0, 1]);
    expect(softmax([0.1, -3, 2]).reduce((a, b) => a + b)).toBeCloseTo(1, 15);
  });
});

describe('mixedTarget', () => {
  it.each(fixture.targets)('$kind with λ = $goldWeight', ({ target: expected, teacher: outputs, ...options }) => {
    const target = new Float32Array(expected.length);
    const teacher = options.kind === 'classification' ? softmax(outputs ?? []) : outputs;
    mixedTarget(target, { ...options, teacher });
    // Half a unit in the last place of float32, relative to values below 2.
    expected.forEach((value, i) => expect(Math.abs((target[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(1.2e-7));
  });

  it('is the label alone without a teacher, whatever λ', () => {
    const target = new Float32Array(3);
    mixedTarget(target, { kind: 'classification', label: 2, teacher: null, goldWeight: 0.1 });
    expect([...target]).toEqual([0, 0, 1]);
    mixedTarget(target.subarray(0, 1), { kind: 'regression', label: 0.5, teacher: null, goldWeight: 0.1 });
    expect(target[0]).toBe(0.5);
  });

  it('is the teacher alone of an example without a label where λ is 0', () => {
    const target = new Float32Array(2);
    mixedTarget(target, { kind: 'classification', label: Number.NaN, teacher: [0.25, 0.75], goldWeight: 0 });
    expect([...target]).toEqual([0.25, 0.75]);
    mixedTarget(target.subarray(0, 1), { kind: 'regression', label: Number.NaN, teacher: [0.5], goldWeight: 0 });
    expect(target[0]).toBe(0.5);
  });

  it.each([
    ['a label that is no class', { label: 3 }, /label 3 is none of 3 classes/],
    ['a label below 0', { label: -1 }, /label -1 /],
    ['a label between two classes', { label: 0.5 }, /label 0.5 /],
    ['a missing label', { label: Number.NaN }, /label NaN /],
    ['a label that is no class, even where λ is 0', { label: 3, goldWeight: 0 }, /label 3 /],
    ['a λ above 1', { goldWeight: 2 }, /gold weight.* 2/],
    ['a λ below 0', { goldWeight: -0.5 }, /gold weight.* -0.5/],
    ['a λ that is NaN', { goldWeight: Number.NaN }, /gold weight.* NaN/],
    ['a teacher of fewer classes', { teacher: [0.5, 0.5] }, /2 outputs for a target of 3/],
    ['a teacher of more classes', { teacher: [0.25, 0.25, 0.25, 0.25] }, /4 outputs for a target of 3/],
    ['a regression of three numbers', { kind: 'regression' }, /one number, not of 3/],
  ] as const)('refuses %s, and writes nothing', (_, change, message) => {
    const target = new Float32Array(3);
    const good: MixedTarget = { kind: 'classification', label: 1, teacher: [0.25, 0.25, 0.5], goldWeight: 0.5 };
    expect(() => mixedTarget(target, { ...good, ...change })).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) as string }),
    );
    expect([...target]).toEqual([0, 0, 0]);
  });

  it('refuses a regression whose label is no number', () => {
    for (const label of [Number.NaN, Infinity]) {
      const write = (): void => mixedTarget(new Float32Array(1), { kind: 'regression', label, teacher: [0.5], goldWeight: 0.5 });
      expect(write).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
  });
});

describe('mixedTargets', () => {
  let datasets: TokenizedDataset[];
  beforeAll(async () => {
    const tokenizer = await fixtureTokenizer();
    const of = (name: string, labels: (number | null)[]) => {
      const examples = labels.map((label, i) => ({ id: `train-${i}`, textA: 'a film', textB: 'b', label }));
      return tokenizeExamples(examples, tokenizer, { maxLength: 16, truncation: 'reference' }, { task: taskByName(name), split: 'train' });
    };
    datasets = [await of('mnli', [0, 2]), await of('stsb', [0.25, 1]), await of('rte', [1, null])];
  });

  it('fills a packed batch, each target as wide as its head', () => {
    const examples = [
      { task: 1, index: 0 },
      { task: 0, index: 1 },
      { task: 2, index: 0 },
    ];
    const batch = packBatch(examples, {
      datasets,
      heads: [0, 1, 2],
      targets: mixedTargets(datasets, [null, null, null], 1),
      weight: () => 1,
    });
    expect([...batch.targets]).toEqual([0.25, 0, 0, 1, 0, 1]);
  });

  it('refuses an example without a label', () => {
    const write = (weight: number) => mixedTargets(datasets, [null, null, null], weight).write({ task: 2, index: 1 }, new Float32Array(2));
    expect(() => write(1)).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('train-1') as string }),
    );
  });

  it('refuses a task that is not there', () => {
    expect(() => mixedTargets(datasets, [], 1).width(3)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
