/** Steps that wait in the session for the one before them. */
import { describe, expect, it } from 'vitest';
import { digestsOf, rigOf } from './engine-runs.js';
import { makeBatch, parametersOf } from './random-model.js';

const SHAPE = { hidden: 32, heads: 2, intermediate: 64, layers: 2 };
const BATCH = makeBatch([5, 9, 3], 1);
/** Targets must be finite; these are so large that the loss is not. */
const BROKEN = { ...BATCH, targets: BATCH.targets.map(() => 3e38) };

describe.each(['plain', 'fused'] as const)('steps handed over to the %s engine before those ahead of them are done', (engine) => {
  it('are the same as steps handed over one after the other', async () => {
    const [ahead, alone] = [rigOf(SHAPE, { engine }), rigOf(SHAPE, { engine })];
    const batches = [1, 2, 3, 4].map((seed) => makeBatch([5, 9, 3], seed));
    const handedOver = batches.map((batch, after) => ahead.session.step(batch, { learningRate: 1e-3, after }));
    const losses: number[] = [];
    for (const batch of batches) losses.push((await alone.session.step(batch, { learningRate: 1e-3 })).loss);
    const results = await Promise.all(handedOver);
    expect(results.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(results.map(({ loss }) => loss)).toEqual(losses);
    expect(digestsOf(parametersOf(ahead))).toEqual(digestsOf(parametersOf(alone)));
  });

  it('are not computed behind one that fails', async () => {
    const rig = rigOf(SHAPE, { engine });
    const before = digestsOf(parametersOf(rig));
    const handedOver = [BROKEN, BATCH, BATCH].map((batch, after) => rig.session.step(batch, { learningRate: 1e-3, after }));
    const settled = await Promise.allSettled(handedOver);
    expect(settled.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'finished'))).toEqual([
      'ERR_NON_FINITE_LOSS',
      'ERR_CANCELLED',
      'ERR_CANCELLED',
    ]);
    expect(digestsOf(parametersOf(rig))).toEqual(before);
    const again = [0, 1].map((after) => rig.session.step(BATCH, { learningRate: 1e-3, after }));
    expect((await Promise.all(again)).map(({ step }) => step)).toEqual([1, 2]);
  });

  it.each([NaN, Infinity, 1.5, -1, '7', null])('are refused where they are to follow %s', async (after) => {
    const rig = rigOf(SHAPE, { engine });
    const step = rig.session.step(BATCH, { learningRate: 1e-3, after: after as number });
    await expect(step).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(/^after must /) as string });
    expect(rig.session.steps).toBe(0);
  });
});
