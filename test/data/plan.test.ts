import { describe, expect, it } from 'vitest';
import { planBatches } from '../../src/data/plan.js';
import type { BatchPlan, BatchPlanOptions } from '../../src/data/plan.js';
import { lossWeights, samplingShares } from '../../src/data/sampling.js';
import type { ExampleReference } from '../../src/data/types.js';

const PAPER_SIZES = [2490, 7336, 11498, 8551, 67349, 108436, 363869, 392702];
const base: BatchPlanOptions = {
  sizes: [5, 40, 200],
  batchSize: 16,
  epochs: 4,
  kind: 'random',
  exponent: 0.75,
  endExponent: null,
  order: 'fresh',
  seed: 1,
};

function batches(plan: BatchPlan): ExampleReference[][] {
  return Array.from({ length: plan.totalSteps }, (_, step) => plan.batch(step));
}

/** How often each example of a task occurs. */
function occurrences(examples: readonly ExampleReference[], task: number, size: number): number[] {
  const counts = new Array<number>(size).fill(0);
  for (const example of examples) if (example.task === task) counts[example.index] = (counts[example.index] ?? 0) + 1;
  return counts;
}

describe.each(['random', 'copies', 'weights'] as const)('planBatches, %s', (kind) => {
  const options = { ...base, kind };

  it('is a pure function of its options: any step, in any order, after any other', () => {
    const plan = planBatches(options);
    const forward = batches(plan);
    const other = planBatches(options);
    for (let step = other.totalSteps - 1; step >= 0; step -= 1) expect(other.batch(step)).toEqual(forward[step]);
    expect(plan.batch(3)).toEqual(forward[3]);
  });

  it('changes with the seed and from epoch to epoch', () => {
    const plan = planBatches({ ...options, sizes: [64], batchSize: 64 });
    expect(planBatches({ ...options, seed: 2 }).batch(0)).not.toEqual(planBatches(options).batch(0));
    expect(plan.batch(0)).not.toEqual(plan.batch(1));
  });

  it('has one order for every epoch and seed where it is fixed, another one than the files have', () => {
    const fixed = { ...options, order: 'fixed', sizes: [64], batchSize: 64 } as const;
    const plan = planBatches(fixed);
    expect(plan.batch(1)).toEqual(plan.batch(0));
    expect(planBatches({ ...fixed, seed: 2 }).batch(0)).toEqual(plan.batch(0));
    expect(plan.batch(0).map(({ index }) => index)).not.toEqual([...new Array(64).keys()]);
    expect(occurrences(plan.batch(0), 0, 64)).toEqual(new Array(64).fill(1));
  });

  it('trains one task on each example once per epoch, the tail of the data included', () => {
    const plan = planBatches({ ...options, sizes: [103], epochs: 3 });
    expect(occurrences(batches(plan).flat(), 0, 103)).toEqual(new Array(103).fill(3));
    expect(plan.exampleWeight(0)).toBe(1);
  });

  it('mixes tasks inside a batch', () => {
    const mixed = batches(planBatches(options)).filter((batch) => new Set(batch.map(({ task }) => task)).size > 1);
    expect(mixed.length).toBeGreaterThan(planBatches(options).totalSteps / 2);
  });

  it.each([
    ['no training set', { sizes: [] }],
    ['a kind that has no meaning here', { kind: 'stratified' as 'random' }],
    ['an empty training set', { sizes: [3, 0] }],
    ['no epochs', { epochs: 0 }],
    ['a batch size of 0', { batchSize: 0 }],
    ['a batch size that is no integer', { batchSize: 1.5 }],
    ['257 tasks', { sizes: new Array<number>(257).fill(1) }],
    ['one set, and that empty', { sizes: [0] }],
    ['a set of one and a half examples', { sizes: [1.5] }],
    ['a set of fewer than none', { sizes: [-3] }],
    ['a set of NaN examples', { sizes: [Number.NaN] }],
    ['endless epochs', { epochs: Infinity }],
    ['epochs of more examples than can be numbered', { epochs: 1e300 }],
    ['a pass of 2^32 examples', { sizes: [2 ** 31, 2 ** 31], exponent: 1, epochs: 1e-9, ...(kind === 'random' && { sizes: [2 ** 32] }) }],
    ['an exponent that is NaN', { exponent: Number.NaN }],
    ['an exponent beyond all numbers', { exponent: 400 }],
    ['a seed that is no integer', { seed: 1.5 }],
    ['a seed that is NaN', { seed: Number.NaN }],
    ['a seed that is infinite', { seed: Infinity }],
    ['a seed beyond 2^53', { seed: 2 ** 53 }],
  ])('refuses %s', (_, change) => {
    expect(() => planBatches({ ...options, ...change })).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('refuses a step outside the plan', () => {
    const plan = planBatches(options);
    for (const step of [-1, plan.totalSteps, 0.5]) expect(() => plan.batch(step)).toThrowError(/outside the plan/);
  });
});

describe('planBatches, random', () => {
  it('makes epochs · Σ sizes examples, the last batch the partial one', () => {
    const plan = planBatches({ ...base, epochs: 1.5 });
    const sizes = batches(plan).map((batch) => batch.length);
    expect(sizes.reduce((a, b) => a + b)).toBe(368); // 1.5 · 245 = 367.5
    expect(plan.totalSteps).toBe(23);
    expect(planBatches({ ...base, sizes: [10], epochs: 1, batchSize: 4 }).batch(2).length).toBe(2);
    // 0.1 · 30 is 3.0000000000000004 in doubles
    expect(planBatches({ ...base, sizes: [30], epochs: 0.1, batchSize: 1 }).totalSteps).toBe(3);
  });

  it('draws tasks in proportion to size^0.75', () => {
    const plan = planBatches({ ...base, sizes: [100, 1000, 4000], epochs: 20, batchSize: 100 });
    const examples = batches(plan).flat();
    const shares = samplingShares([100, 1000, 4000], 0.75);
    const chiSquare = shares.reduce((sum, share, task) => {
      const expected = share * examples.length;
      return sum + (examples.filter((example) => example.task === task).length - expected) ** 2 / expected;
    }, 0);
    // 2 degrees of freedom: exceeded with probability 1e-4
    expect(chiSquare).toBeLessThan(18.4);
  });

  it('draws each slot independently: batches hold binomial counts', () => {
    const plan = planBatches({ ...base, sizes: [500, 500], epochs: 64, batchSize: 64 });
    const counts = batches(plan).map((batch) => batch.filter(({ task }) => task === 0).length);
    const mean = counts.reduce((a, b) => a + b) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
    expect(counts.length).toBe(1000);
    expect(variance).toBeGreaterThan(16 * 0.8); // 64 · ½ · ½ = 16, standard error 0.7
    expect(variance).toBeLessThan(16 * 1.2);
  });

  it('goes through a whole set before it repeats an example', () => {
    const examples = batches(planBatches(base)).flat();
    base.sizes.forEach((size, task) => {
      const counts = occurrences(examples, task, size);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      const first = examples.filter((example) => example.task === task).slice(0, size);
      expect(new Set(first.map(({ index }) => index)).size).toBe(first.length);
    });
  });

  it.each([
    ['more examples than a byte each can be had for', { epochs: 2 ** 32 / 245 }, /4294967296 examples/],
    ['more counts than can be held', { sizes: new Array<number>(256).fill(1), batchSize: 1, epochs: 2 ** 17 }, /8589934592 counts/],
    ['an exponent that moves to NaN', { endExponent: Number.NaN }, /exponent of NaN/],
    ['an exponent that moves beyond all numbers', { endExponent: 400 }, /exponent of 400/],
  ])('refuses %s', (_, change, message) => {
    expect(() => planBatches({ ...base, ...change })).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) as string }),
    );
  });

  it('has streams of their own for seeds below 0', () => {
    expect(planBatches({ ...base, seed: -1 }).batch(0)).not.toEqual(planBatches(base).batch(0));
  });

  it('weighs no example', () => {
    expect([0, 1, 2].map((task) => planBatches(base).exampleWeight(task))).toEqual([1, 1, 1]);
  });
});

describe('planBatches, copies', () => {
  it("makes the reference's 50,646 steps for six epochs of batch 128", () => {
    expect(planBatches({ ...base, kind: 'copies', sizes: PAPER_SIZES, batchSize: 128, epochs: 6 }).totalSteps).toBe(50_646);
  });

  it('has each example as often per epoch as its set has copies, and weighs the rest', () => {
    const plan = planBatches({ ...base, kind: 'copies', epochs: 2 });
    const copies = [3, 1, 1]; // (200/5)^0.25 = 2.51 rounds to 3, (200/40)^0.25 = 1.50 (1.495) to 1
    const examples = batches(plan).flat();
    base.sizes.forEach((size, task) => expect(occurrences(examples, task, size)).toEqual(new Array(size).fill(2 * (copies[task] ?? 0))));
    const influence = base.sizes.map((size, task) => size * (copies[task] ?? 0) * plan.exampleWeight(task));
    const shares = samplingShares(base.sizes, 0.75);
    influence.forEach((value, task) => expect(value / influence.reduce((a, b) => a + b)).toBeCloseTo(shares[task] ?? 0, 12));
  });

  it('refuses an exponent above 1 that leaves a set without a copy', () => {
    expect(() => planBatches({ ...base, kind: 'copies', exponent: 2 })).toThrowError(/exponent of 2/); // 5²/200 / 5 rounds to 0
  });

  it('ends each epoch with a partial batch', () => {
    const plan = planBatches({ ...base, kind: 'copies', sizes: [10], batchSize: 4, epochs: 2 });
    expect(batches(plan).map((batch) => batch.length)).toEqual([4, 4, 2, 4, 4, 2]);
  });
});

describe('planBatches, weights', () => {
  const options = { ...base, kind: 'weights' } as const;

  it('has each example once per epoch, and the loss weight makes up for the sizes', () => {
    const plan = planBatches({ ...options, epochs: 1 });
    const examples = batches(plan).flat();
    options.sizes.forEach((size, task) => expect(occurrences(examples, task, size)).toEqual(new Array(size).fill(1)));
    const weights = options.sizes.map((_, task) => plan.exampleWeight(task));
    expect(weights).toEqual(lossWeights(options.sizes, 0.75));
    const influence = options.sizes.map((size, task) => size * (weights[task] as number));
    const total = influence.reduce((a, b) => a + b);
    samplingShares(options.sizes, 0.75).forEach((share, task) => expect((influence[task] as number) / total).toBeCloseTo(share, 12));
  });
});
