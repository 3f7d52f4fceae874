/**
 * The flash engine against the plain one. It is CUDA's; here, on the CPU, its attention is composed of operations, the rest is what runs there.
 * Its dropout masks come from LibTorch's generator, so it is compared without dropout.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../nn/fixture.js';
import { digestsOf, expectClose, expectLoadedParametersSeen, rigOf, run, SHAPES, stateOf, temporaryFolder } from './engine-runs.js';
import { makeBatch, parametersOf, type RandomRig } from './random-model.js';

describe.each(Object.entries(SHAPES))('the flash engine, %s', (_, [shape, lengths]) => {
  it.each([{ firstTokensOnly: true }, { firstTokensOnly: false }])('agrees with the plain one in fp32 (%o)', async (options) => {
    const plain = await run(shape, lengths, { engine: 'plain' }, { dropout: 0 });
    expectClose(await run(shape, lengths, { engine: 'flash', precision: 'fp32', ...options }, { dropout: 0 }), plain, 2e-5);
  });

  it('is near it in bf16', async () => {
    const plain = await run(shape, lengths, { engine: 'plain' }, { dropout: 0 });
    expectClose(await run(shape, lengths, { engine: 'flash', precision: 'bf16' }, { dropout: 0 }), plain, 6e-2);
  });

  it('sums the gradients of micro-batches as the plain one does', async () => {
    const plain = await run(shape, lengths, { engine: 'plain' }, { microBatches: 3, dropout: 0 });
    expectClose(await run(shape, lengths, { engine: 'flash', precision: 'fp32' }, { microBatches: 3, dropout: 0 }), plain, 2e-5);
  });
});

describe('the flash engine', () => {
  const shape = { hidden: 64, heads: 2, intermediate: 128, layers: 2 };
  const lengthsOf = (step: number) => Array.from({ length: 9 }, (_, b) => 1 + ((b * 11 + step * 5) % 30));

  async function train(rig: RandomRig, from: number, to: number): Promise<number[]> {
    const losses: number[] = [];
    for (let step = from; step < to; step++) {
      losses.push((await rig.session.step(makeBatch(lengthsOf(step), step), { learningRate: 1e-3 })).loss);
    }
    return losses;
  }

  it('follows the plain one over 20 steps of changing shapes in bf16, as far as the fused one does', async () => {
    const rigs = (['plain', 'flash', 'fused'] as const).map((engine) =>
      rigOf(shape, { engine, precision: engine === 'plain' ? 'fp32' : 'bf16', products: 'libtorch' }, 0),
    );
    const whole = (rig: RandomRig) => Float32Array.from([...parametersOf(rig).values()].flatMap((values) => [...values]));
    const initial = whole(rigs[0] as RandomRig);
    const losses = await Promise.all(rigs.map(async (rig) => Float32Array.from(await train(rig, 0, 20))));
    const [plain, flash, fused] = rigs.map(whole) as [Float32Array, Float32Array, Float32Array];
    expect(relativeError(losses[1] as Float32Array, losses[0] as Float32Array)).toBeLessThan(1e-2);
    // Of the way that training went, since most of a parameter is where it began.
    const way = (to: Float32Array) => to.map((value, i) => value - (initial[i] as number));
    const [ours, theirs] = [flash, fused].map((to) => relativeError(way(to), way(plain))) as [number, number];
    expect(ours).toBeLessThan(1.3 * theirs);
  });

  it('follows the plain one without bias correction and without clipping, heads of a batch absent', async () => {
    const optimizer = { biasCorrection: false, clipNorm: Infinity };
    const rigs = [rigOf(shape, { engine: 'plain' }, 0, optimizer), rigOf(shape, { engine: 'flash', precision: 'fp32' }, 0, optimizer)];
    for (let step = 0; step < 20; step++) {
      // One sequence in even steps: two heads have no example, and still move.
      const batch = makeBatch(step % 2 === 0 ? [7] : [7, 3, 20], step);
      const [plain, flash] = await Promise.all(rigs.map(({ session }) => session.step(batch, { learningRate: 1e-3 })));
      expect(flash?.gradientNorm).toBeCloseTo(plain?.gradientNorm as number, 4);
    }
    const [plain, flash] = await Promise.all(rigs.map(stateOf));
    for (const [name, values] of plain as Map<string, Float32Array>) {
      if (name.endsWith('attention.self.key.bias')) continue;
      expect(relativeError(flash?.get(name) as Float32Array, values), name).toBeLessThan(1e-4);
    }
  });

  it.each(['fp32', 'bf16'] as const)(
    'drops by seed and step: the same bytes again, and after loading a state half-way (%s)',
    async (precision) => {
      const [whole, resumed] = [rigOf(shape, { engine: 'flash', precision }), rigOf(shape, { engine: 'flash', precision })];
      await train(whole, 0, 4);
      await train(resumed, 0, 4);
      expect(digestsOf(await stateOf(resumed))).toEqual(digestsOf(await stateOf(whole)));
      const folder = await temporaryFolder();
      await whole.session.saveState(join(folder, 'state.safetensors'));
      const rest = await train(whole, 4, 8);
      // Steps of its own in between change nothing.
      await train(resumed, 4, 6);
      await resumed.session.loadState(join(folder, 'state.safetensors'));
      expect(await train(resumed, 4, 8)).toEqual(rest);
      expect(digestsOf(await stateOf(resumed))).toEqual(digestsOf(await stateOf(whole)));
    },
  );

  it('gives two sessions that step at the same time what each gives alone', async () => {
    const rigs = Array.from({ length: 3 }, () => rigOf(shape, { engine: 'flash', precision: 'fp32', threads: 1 }));
    const alone = await train(rigs[0] as RandomRig, 0, 6);
    expect(await Promise.all(rigs.slice(1).map((rig) => train(rig, 0, 6)))).toEqual([alone, alone]);
  });

  it('drops the share it is told to', async () => {
    // Dropout scales what it keeps, so the outputs of a model with dropout are those without it on average only: the losses differ, and by seed.
    const [none, some] = [rigOf(shape, { engine: 'flash' }, 0), rigOf(shape, { engine: 'flash' }, 0.5)];
    const batch = makeBatch(lengthsOf(0), 0);
    const losses = await Promise.all([none, some].map(async ({ session }) => (await session.step(batch, { learningRate: 0 })).loss));
    const again = (await some.session.step(batch, { learningRate: 0 })).loss;
    expect(new Set([...losses, again]).size).toBe(3);
    expect(await some.session.evaluate(batch)).toEqual(await none.session.evaluate(batch));
  });

  it('sees parameters that were loaded between steps', async () => {
    await expectLoadedParametersSeen(shape, { engine: 'flash', precision: 'bf16' });
  });

  it('is fp32 on the CPU unless asked, with no products to choose', () => {
    expect(rigOf(shape, { engine: 'flash' }).session.computes).toEqual({ engine: 'flash', precision: 'fp32', products: 'libtorch' });
  });
});
