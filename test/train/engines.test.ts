/** The fused engine against the plain one, dropout on. And its results on one, two and three threads. */
import { describe, expect, it } from 'vitest';
import { relativeError } from '../nn/fixture.js';
import { digestsOf, expectClose, expectLoadedParametersSeen, rigOf, run, SHAPES, stateOf } from './engine-runs.js';
import { makeBatch, parametersOf, type ModelShape, type RandomRig } from './random-model.js';

describe.each(Object.entries(SHAPES))('the fused engine, %s', (_, [shape, lengths]) => {
  it.each([
    { products: 'libtorch', firstTokensOnly: true },
    { products: 'own', firstTokensOnly: true },
    { products: 'own', firstTokensOnly: false },
  ] as const)('agrees with the plain one in fp32 (products: $products, first tokens only: $firstTokensOnly)', async (options) => {
    const plain = await run(shape, lengths, { engine: 'plain' });
    expectClose(await run(shape, lengths, { engine: 'fused', precision: 'fp32', ...options }), plain, 2e-5);
  });

  it.each([{ products: 'libtorch' }, { products: 'own' }] as const)('is near it in bf16 (products: $products)', async (options) => {
    const plain = await run(shape, lengths, { engine: 'plain' });
    expectClose(await run(shape, lengths, { engine: 'fused', precision: 'bf16', ...options }), plain, 6e-2);
  });
});

describe('the fused engine, three micro-batches', () => {
  const [shape, lengths]: [ModelShape, number[]] = [{ hidden: 64, heads: 2, intermediate: 128, layers: 2 }, [7, 1, 33, 16, 12]];

  it.each([
    { precision: 'fp32', products: 'libtorch', tolerance: 2e-5 },
    { precision: 'fp32', products: 'own', tolerance: 2e-5 },
    { precision: 'bf16', products: 'own', tolerance: 6e-2 },
  ] as const)('agrees with the plain one, dropout on ($precision, products: $products)', async ({ tolerance, ...options }) => {
    const plain = await run(shape, lengths, { engine: 'plain' }, { microBatches: 3 });
    expectClose(await run(shape, lengths, { engine: 'fused', ...options }, { microBatches: 3 }), plain, tolerance);
  });

  it('gives the same bytes on 1, 2 and 3 threads', async () => {
    const results: unknown[] = [];
    for (const threads of [1, 2, 3]) {
      const rig = rigOf({ hidden: 96, heads: 3, intermediate: 384, layers: 2 }, { engine: 'fused', threads });
      for (let step = 0; step < 2; step++) {
        await rig.session.step([makeBatch([9, 30, 2], step), makeBatch([60], step + 9)], { learningRate: 1e-3 });
      }
      results.push([digestsOf(await stateOf(rig)), digestsOf(parametersOf(rig))]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('has other dropout masks in each', async () => {
    const rig = rigOf(shape, {});
    const { losses } = await rig.session.step([makeBatch(lengths, 1), makeBatch(lengths, 1)], { learningRate: 1e-3 });
    const [first, second] = [losses.slice(0, lengths.length), losses.slice(lengths.length)];
    for (const [b, loss] of first.entries()) expect(second[b]).not.toBe(loss);
  });
});

describe('the fused engine', () => {
  it.each([
    { precision: 'fp32', products: 'libtorch' },
    { precision: 'fp32', products: 'own' },
    { precision: 'bf16', products: 'libtorch' },
    { precision: 'bf16', products: 'own' },
  ] as const)('gives the same bytes on 1, 2 and 3 threads ($precision, products: $products)', async (options) => {
    const shape = { hidden: 96, heads: 3, intermediate: 384, layers: 2 };
    const results: unknown[] = [];
    for (const threads of [1, 2, 3]) {
      const rig = rigOf(shape, { engine: 'fused', ...options, threads });
      const losses: number[] = [];
      // Tokens enough for tasks of their own on three threads; on one thread alone; and [CLS] enough for them.
      for (const [step, [count, longest]] of [[24, 60] as const, [8, 60] as const, [600, 4] as const].entries()) {
        const lengths = Array.from({ length: count }, (_, b) => 1 + ((b * 11 + step) % longest));
        losses.push((await rig.session.step(makeBatch(lengths, step), { learningRate: 1e-3 })).loss);
      }
      results.push([losses, digestsOf(await stateOf(rig)), digestsOf(parametersOf(rig))]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it.each([
    { precision: 'fp32', products: 'libtorch' },
    { precision: 'fp32', products: 'own' },
    { precision: 'bf16', products: 'own' },
  ] as const)('gives the same bytes where its threads change between steps ($precision, products: $products)', async (options) => {
    const results: unknown[] = [];
    for (const schedule of [[1, 1, 1, 1] as const, [2, 1, 3, 2] as const]) {
      const rig = rigOf({ hidden: 96, heads: 3, intermediate: 384, layers: 2 }, { engine: 'fused', ...options, threads: schedule[0] });
      const losses: number[] = [];
      for (const [step, threads] of schedule.entries()) {
        rig.session.threads = threads;
        const lengths = Array.from({ length: 24 }, (_, b) => 1 + ((b * 11 + step) % 60));
        losses.push((await rig.session.step(makeBatch(lengths, step), { learningRate: 1e-3 })).loss);
      }
      results.push([losses, digestsOf(await stateOf(rig)), digestsOf(parametersOf(rig))]);
    }
    expect(results[1]).toEqual(results[0]);
  });

  it('sees parameters that were loaded between steps', async () => {
    for (const precision of ['fp32', 'bf16'] as const) {
      const shape = { hidden: 32, heads: 2, intermediate: 64, layers: 1 };
      await expectLoadedParametersSeen(shape, { precision });
    }
  });

  it("defers the word embeddings' updates without a trace: read after every step, or only at the end", async () => {
    const shape = { hidden: 40, heads: 2, intermediate: 64, layers: 1 };
    const [watched, alone] = [rigOf(shape, {}), rigOf(shape, {})];
    for (let step = 0; step < 12; step++) {
      const batch = makeBatch([1 + (step % 3), 2], step);
      for (const { session } of [watched, alone]) await session.step(batch, { learningRate: 1e-3 / (1 + step) });
      if (step % 2 === 0) parametersOf(watched);
      else await stateOf(watched);
    }
    expect(digestsOf(await stateOf(alone))).toEqual(digestsOf(await stateOf(watched)));
    expect(digestsOf(parametersOf(alone))).toEqual(digestsOf(parametersOf(watched)));
  });

  it('moves the rows of words that a batch does not use as the plain engine does', async () => {
    const shape = { hidden: 40, heads: 2, intermediate: 64, layers: 1 };
    const rigs = [rigOf(shape, { engine: 'plain' }, 0), rigOf(shape, { precision: 'fp32' }, 0)];
    for (let step = 0; step < 30; step++) {
      for (const { session } of rigs) await session.step(makeBatch([2, 1, 3], step), { learningRate: 1e-3 });
    }
    const [plain, fused] = [await stateOf(rigs[0] as RandomRig), await stateOf(rigs[1] as RandomRig)];
    for (const prefix of ['', 'firstMoment.', 'secondMoment.']) {
      const name = `${prefix}bert.embeddings.word_embeddings.weight`;
      expect(relativeError(fused.get(name) as Float32Array, plain.get(name) as Float32Array), name).toBeLessThan(1e-4);
    }
  });

  it('says what auto became, and refuses what cannot be had', () => {
    const shape = { hidden: 32, heads: 2, intermediate: 64, layers: 1 };
    expect(rigOf(shape, {}).session.computes.engine).toBe('fused');
    expect(rigOf(shape, { engine: 'plain' }).session.computes).toEqual({ engine: 'plain', precision: 'fp32', products: 'libtorch' });
    expect(() => rigOf(shape, { engine: 'plain', precision: 'bf16' })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
