/**
 * Rows of the word embeddings that no batch uses for longer than the fused engine remembers its steps, 1,024
 * (native/core/engines/fused/lazy_table.cc): what it puts off must come to the bytes of what is brought up to date after every step, and
 * to what the plain engine does, which moves every row in every step.
 */
import { expect, it } from 'vitest';
import type { PackedBatch } from '../../src/data/types.js';
import { learningRateAt } from '../../src/optim/schedule.js';
import { relativeError } from '../nn/fixture.js';
import { rigOf, stateOf } from './engine-runs.js';
import { makeBatch, parametersOf, type RandomRig } from './random-model.js';

const SHAPE = { hidden: 16, heads: 2, intermediate: 32, layers: 1 };
const FUSED = { engine: 'fused', threads: 1 } as const;
const WORDS = 'bert.embeddings.word_embeddings.weight';
const STEPS = 1100;
// Words of the first and the last step, and one of those in between: all rows but the one go unused for 1,098 steps.
const MANY = makeBatch([20, 15, 9], 1);
const ONE: PackedBatch = { ...makeBatch([2, 1], 2), tokenIds: Int32Array.from([0, 0, 0]) };

const batchAt = (step: number) => (step === 0 || step === STEPS - 1 ? MANY : ONE);

/** Steps of a schedule that warms up and decays; their losses. `afterwards` follows each step. */
async function train(rig: RandomRig, steps: readonly number[], afterwards = () => {}): Promise<number[]> {
  const losses: number[] = [];
  for (const step of steps) {
    const { loss } = await rig.session.step(batchAt(step), { learningRate: learningRateAt(step, STEPS, 1e-2, 0.1) });
    losses.push(loss);
    afterwards();
  }
  return losses;
}

const ALL = Array.from({ length: STEPS }, (_, step) => step);

it.each(['fp32', 'bf16'] as const)(
  'unused for 1,098 steps, rows are the same bytes as if read after every step (%s)',
  async (precision) => {
    const [watched, alone] = [rigOf(SHAPE, { ...FUSED, precision }), rigOf(SHAPE, { ...FUSED, precision })];
    const initial = parametersOf(alone).get(WORDS) as Float32Array;
    // Reading parameters brings every row up to date.
    const expected = await train(watched, ALL, () => void watched.bert.tensors());
    expect(await train(alone, ALL)).toEqual(expected);
    const state = await stateOf(alone);
    expect(state).toEqual(await stateOf(watched));
    expect(relativeError(state.get(WORDS) as Float32Array, initial)).toBeGreaterThan(0.05);
  },
);

it('unused for 1,098 steps, rows are where the plain engine has them', async () => {
  const [plain, fused] = [rigOf(SHAPE, { engine: 'plain', threads: 1 }), rigOf(SHAPE, { ...FUSED, precision: 'fp32' })];
  for (const rig of [plain, fused]) await train(rig, ALL.slice(0, -1));
  const [expected, actual] = [await stateOf(plain), await stateOf(fused)];
  for (const [prefix, tolerance] of [['', 1e-6] as const, ['secondMoment.', 2e-6] as const]) {
    // Without the row in use, whose training lets differences of rounding grow.
    const [own, other] = [actual, expected].map((state) => (state.get(prefix + WORDS) as Float32Array).slice(SHAPE.hidden));
    expect(relativeError(own as Float32Array, other as Float32Array), prefix).toBeLessThan(tolerance);
  }
  expect((actual.get(`firstMoment.${WORDS}`) as Float32Array).slice(SHAPE.hidden)).toEqual(new Float32Array(60 * SHAPE.hidden));
});
