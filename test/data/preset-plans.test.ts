/** What the presets make of GLUE's full sizes: steps, copies and shares as docs/paper.md gives them (sections 1, 3.2 and 5). */
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/load.js';
import { planBatches } from '../../src/data/plan.js';
import type { BatchPlan } from '../../src/data/plan.js';

/** The reference's sizes: RTE, MRPC and STS-B in both orders, CoLA, SST-2, QNLI of version 1, QQP, MNLI (section 3.2). */
const REFERENCE_SIZES = [2490, 7336, 11498, 8551, 67349, 108436, 363869, 392702];
const REFERENCE_COPIES = [4, 3, 2, 3, 2, 1, 1, 1];
const REFERENCE_WEIGHTS = ['0.8816', '0.8972', '1.2028', '0.8634', '0.7731', '1.3727', '1.0142', '0.9951'];

/** Today's official files, in the order of the preset's tasks (section 5). */
const OFFICIAL_SIZES = [8551, 67349, 3668, 5749, 363846, 392702, 104743, 2490];

/** Examples of each task in the steps `from` to `to`. */
function countTasks(plan: BatchPlan, from: number, to: number): number[] {
  const counts = new Array<number>(8).fill(0);
  for (let step = from; step < to; step += 1) for (const { task } of plan.batch(step)) counts[task] = (counts[task] ?? 0) + 1;
  return counts;
}

describe('the preset reference on the full sizes', () => {
  const config = resolveConfig({ preset: 'reference' });
  const plan = planBatches({ sizes: REFERENCE_SIZES, ...config.multi, ...config.sampling, seed: 1 });

  it('makes 50,646 steps, 8,441 in each epoch', () => {
    expect(plan.totalSteps).toBe(50_646);
    expect(plan.totalSteps / config.multi.epochs).toBe(8_441);
  });

  it('has every set in an epoch as often as it has copies, the rest in its loss weight', () => {
    const expected = REFERENCE_SIZES.map((size, task) => size * (REFERENCE_COPIES[task] ?? 0));
    expect(countTasks(plan, 0, 8_441)).toEqual(expected);
    expect(REFERENCE_WEIGHTS.map((_, task) => plan.exampleWeight(task).toFixed(4))).toEqual(REFERENCE_WEIGHTS);
  });

  it('goes through the data in the same order in every epoch and trial', () => {
    const trial = planBatches({ sizes: REFERENCE_SIZES, ...config.multi, ...config.sampling, seed: 2 });
    expect(plan.batch(8_441 + 17)).toEqual(plan.batch(17));
    expect(trial.batch(5 * 8_441 + 17)).toEqual(plan.batch(17));
  });

  it('trains a teacher of RTE for three epochs of 78 steps of 32', () => {
    const teacher = planBatches({ sizes: [2490], ...config.single, ...config.sampling, seed: 1 });
    expect(teacher.totalSteps).toBe(3 * 78);
    expect(teacher.exampleWeight(0)).toBe(1);
  });
});

describe('the preset paper on the official sizes', () => {
  const config = resolveConfig({ preset: 'paper' });
  const plan = planBatches({ sizes: OFFICIAL_SIZES, ...config.multi, ...config.sampling, seed: 1 });

  it('makes six epochs of 949,098 examples in batches of 128', () => {
    expect(plan.totalSteps).toBe(44_489);
  });

  it('draws each task in proportion to size^0.75, unweighted', () => {
    const shares = [0.0207, 0.0975, 0.011, 0.0154, 0.3455, 0.3659, 0.1358, 0.0082]; // 8551^0.75 and so on over their sum, rounded
    const counts = countTasks(plan, 20_000, 22_000);
    counts.forEach((count, task) => {
      const share = shares[task] ?? 0;
      const deviation = Math.sqrt((share * (1 - share)) / 256_000);
      expect(Math.abs(count / 256_000 - share)).toBeLessThan(4 * deviation + 5e-5);
    });
    for (const task of OFFICIAL_SIZES.keys()) expect(plan.exampleWeight(task)).toBe(1);
  });
});
