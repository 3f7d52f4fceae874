/**
 * The fused and the flash engine against the plain one: losses, gradients (a first moment after one step is a tenth of the clipped gradient)
 * and outputs, over shapes that suit no kernel; the fused one with dropout on, since it shares the plain one's masks. And its results on one,
 * two and three threads. The flash engine is CUDA's; here, on the CPU, its attention is composed of operations, the rest is what runs there.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionRuntime } from '../../src/config/schema.js';
import { readSafetensors } from '../../src/nn/safetensors.js';
import { relativeError } from '../nn/fixture.js';
import { makeBatch, makeRig, parametersOf, type ModelShape, type RandomRig } from './random-model.js';

const open: RandomRig[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const rig of open.splice(0)) await rig.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

function rigOf(shape: ModelShape, runtime: Partial<SessionRuntime>, dropout = 0.1): RandomRig {
  const rig = makeRig(shape, dropout, runtime);
  open.push(rig);
  return rig;
}

async function stateOf({ session }: RandomRig): Promise<Map<string, Float32Array>> {
  const folder = await mkdtemp(join(tmpdir(), 'bornagain-engines-'));
  folders.push(folder);
  await session.saveState(join(folder, 'state.safetensors'));
  const { tensors } = await readSafetensors(join(folder, 'state.safetensors'));
  return new Map([...tensors].map(([name, { data }]) => [name, data]));
}

interface Run {
  readonly losses: Float32Array;
  readonly norm: number;
  readonly outputs: Float32Array;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

interface RunOptions {
  readonly microBatches?: number;
  readonly dropout?: number;
}

async function run(
  shape: ModelShape,
  lengths: readonly number[],
  runtime: Partial<SessionRuntime>,
  { microBatches = 1, dropout }: RunOptions = {},
): Promise<Run> {
  const rig = rigOf(shape, { threads: 2, ...runtime }, dropout);
  const batches = Array.from({ length: microBatches }, (_, i) => makeBatch(lengths, 1 + i));
  const outputs = await rig.session.evaluate(batches[0] as (typeof batches)[number]);
  const { losses, gradientNorm } = await rig.session.step(batches, { learningRate: 1e-3 });
  const state = await stateOf(rig);
  return { losses, norm: gradientNorm, outputs, gradients: new Map([...state].filter(([name]) => name.startsWith('firstMoment.'))) };
}

function expectClose(actual: Run, expected: Run, tolerance: number): void {
  expect(relativeError(actual.losses, expected.losses)).toBeLessThan(tolerance);
  expect(relativeError(actual.outputs, expected.outputs)).toBeLessThan(tolerance);
  expect(Math.abs(actual.norm / expected.norm - 1)).toBeLessThan(tolerance);
  for (const [name, gradient] of expected.gradients) {
    // A key's bias has no gradient but rounding noise: softmax does not see a shift of all scores.
    if (name.endsWith('attention.self.key.bias')) continue;
    const own = actual.gradients.get(name) as Float32Array;
    if (gradient.every((value) => value === 0))
      expect(
        own.every((value) => value === 0),
        name,
      ).toBe(true);
    else expect(relativeError(own, gradient), name).toBeLessThan(tolerance);
  }
}

const SHAPES: Record<string, [ModelShape, number[]]> = {
  'head size 32': [{ hidden: 64, heads: 2, intermediate: 128, layers: 2 }, [7, 1, 33, 16, 12]],
  'head size 64': [{ hidden: 128, heads: 2, intermediate: 512, layers: 2 }, [40, 3, 17]],
  'odd head and hidden size': [{ hidden: 27, heads: 3, intermediate: 50, layers: 2 }, [5, 9, 1, 31]],
  'hidden size no multiple of 16': [{ hidden: 40, heads: 2, intermediate: 100, layers: 3, activation: 'gelu_new' }, [8, 8, 20]],
  'one token': [{ hidden: 32, heads: 2, intermediate: 64, layers: 1, activation: 'relu' }, [1]],
  'one sequence of 512 tokens': [{ hidden: 32, heads: 2, intermediate: 64, layers: 2, positions: 512 }, [512]],
  '257 sequences': [{ hidden: 32, heads: 2, intermediate: 64, layers: 2 }, Array.from({ length: 257 }, (_, b) => 1 + ((b * 7) % 13))],
};

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
      results.push([await stateOf(rig), parametersOf(rig)]);
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
      for (let step = 0; step < 2; step++) {
        const lengths = Array.from({ length: 24 }, (_, b) => 1 + ((b * 11 + step) % 60));
        losses.push((await rig.session.step(makeBatch(lengths, step), { learningRate: 1e-3 })).loss);
      }
      results.push([losses, await stateOf(rig), parametersOf(rig)]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('sees parameters that were loaded between steps', async () => {
    for (const precision of ['fp32', 'bf16'] as const) {
      const shape = { hidden: 32, heads: 2, intermediate: 64, layers: 1 };
      const [changed, fresh] = [rigOf(shape, { precision }), rigOf(shape, { precision })];
      const batch = makeBatch([4, 9], 1);
      const initial = fresh.bert.tensors();
      await changed.session.step(batch, { learningRate: 1e-2 });
      changed.bert.load(initial);
      changed.heads.forEach((head, i) => head.load((fresh.heads[i] as typeof head).tensors()));
      expect(await changed.session.evaluate(batch)).toEqual(await fresh.session.evaluate(batch));
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
    expect(await stateOf(alone)).toEqual(await stateOf(watched));
    expect(parametersOf(alone)).toEqual(parametersOf(watched));
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
    const rigs = [makeRig(shape, 0, { engine: 'plain' }, optimizer), makeRig(shape, 0, { engine: 'flash', precision: 'fp32' }, optimizer)];
    open.push(...rigs);
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
      expect(await stateOf(resumed)).toEqual(await stateOf(whole));
      const folder = await mkdtemp(join(tmpdir(), 'bornagain-engines-'));
      folders.push(folder);
      await whole.session.saveState(join(folder, 'state.safetensors'));
      const rest = await train(whole, 4, 8);
      // A step of its own in between, and work that draws from the same generator, change nothing.
      await train(resumed, 4, 6);
      await resumed.session.loadState(join(folder, 'state.safetensors'));
      expect(await train(resumed, 4, 8)).toEqual(rest);
      expect(await stateOf(resumed)).toEqual(await stateOf(whole));
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
    const [changed, fresh] = [rigOf(shape, { engine: 'flash', precision: 'bf16' }), rigOf(shape, { engine: 'flash', precision: 'bf16' })];
    const batch = makeBatch([4, 9], 1);
    const initial = fresh.bert.tensors();
    await changed.session.step(batch, { learningRate: 1e-2 });
    changed.bert.load(initial);
    changed.heads.forEach((head, i) => head.load((fresh.heads[i] as typeof head).tensors()));
    expect(await changed.session.evaluate(batch)).toEqual(await fresh.session.evaluate(batch));
  });

  it('is fp32 on the CPU unless asked, with no products to choose', () => {
    expect(rigOf(shape, { engine: 'flash' }).session.computes).toEqual({ engine: 'flash', precision: 'fp32', products: 'libtorch' });
  });
});
