/** The session floor against PyTorch: 20 steps with layer-wise rates, clipping, warm-up, soft targets and two kinds of head. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PackedBatch } from '../../src/data/types.js';
import type { Head } from '../../src/nn/head.js';
import { learningRateAt } from '../../src/optim/schedule.js';
import { readFixture, relativeError, values } from '../nn/fixture.js';
import { batch, bytes, closeRigs, rig, STEPS, train } from './session-rig.js';

const folders: string[] = [];

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bornagain-session-'));
  folders.push(folder);
  return folder;
}

/** The batch in micro-batches of these many examples. Targets of `pairs` (task 0) are three numbers, those of `score` one. */
function cut({ tokenIds, typeIds, offsets, taskIds, targets, weights }: PackedBatch, sizes: readonly number[]): PackedBatch[] {
  const targetStarts = [0];
  for (const task of taskIds) targetStarts.push((targetStarts.at(-1) ?? 0) + (task === 0 ? 3 : 1));
  let end = 0;
  return sizes.map((size) => {
    const begin = end;
    end += size;
    const [from, to] = [offsets[begin] ?? 0, offsets[end] ?? 0];
    return {
      tokenIds: tokenIds.slice(from, to),
      typeIds: typeIds.slice(from, to),
      offsets: offsets.slice(begin, end + 1).map((offset) => offset - from),
      taskIds: taskIds.slice(begin, end),
      targets: targets.slice(targetStarts[begin], targetStarts[end]),
      weights: weights.slice(begin, end),
    };
  });
}

describe.each([
  { engine: 'plain' },
  { engine: 'fused', products: 'libtorch' },
  { engine: 'fused', products: 'own' },
  { engine: 'fused', products: 'own', firstTokensOnly: false },
  { engine: 'flash' },
  { engine: 'flash', firstTokensOnly: false },
] as const)('a session ($engine, products: $products, first tokens only: $firstTokensOnly)', (options) => {
  afterEach(async () => {
    await closeRigs();
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  it.each([
    ['', null],
    [', in two micro-batches', [3, 3]],
    [', in micro-batches of unequal size', [1, 4, 1]],
  ])("follows PyTorch's trajectory of losses, gradient norms and parameters%s", async (_, sizes) => {
    const fixture = await readFixture('trajectory');
    const { bert, heads, session } = await rig(fixture, options);
    for (let step = 0; step < STEPS; step++) {
      const learningRate = learningRateAt(step, STEPS, 2e-3, 0.1);
      expect(learningRate).toBeCloseTo(values(fixture, 'learningRates')[step] as number, 9);
      const whole = batch(fixture, step);
      const result = await session.step(sizes === null ? whole : cut(whole, sizes), { learningRate });
      expect(result.losses).toHaveLength(6);
      expect(result.step).toBe(step + 1);
      expect(Math.abs(result.loss - (values(fixture, 'losses')[step] as number))).toBeLessThan(1e-4);
      expect(result.gradientNorm / (values(fixture, 'gradientNorms')[step] as number)).toBeCloseTo(1, 4);
    }
    for (const module of [bert, ...heads]) {
      for (const [name, { data }] of module.tensors()) {
        const expected = values(fixture, `final.${name}`);
        // A key's bias has no gradient but rounding noise (softmax does not see a shift of all scores), which Adam divides by itself.
        if (!name.endsWith('attention.self.key.bias')) expect(relativeError(data, expected), name).toBeLessThan(1e-5);
        expect(Math.max(...data.map((value, i) => Math.abs(value - (expected[i] as number)))), name).toBeLessThan(1e-5);
      }
    }
  });

  it('gives the same bytes from run to run, dropout on', async () => {
    const fixture = await readFixture('trajectory');
    const [first, second] = [await rig(fixture, { ...options, dropout: 0.1 }), await rig(fixture, { ...options, dropout: 0.1 })];
    expect(await train(fixture, first)).toEqual(await train(fixture, second));
    expect(bytes(first)).toBe(bytes(second));
  });

  it('goes on after saving and loading its state as if it had never stopped', async () => {
    const fixture = await readFixture('trajectory');
    const path = join(await temporaryFolder(), 'state.safetensors');
    const whole = await rig(fixture, { ...options, dropout: 0.1 });
    await train(fixture, whole, 0, 8);
    await whole.session.saveState(path);
    const rest = await train(fixture, whole, 8, STEPS);
    const resumed = await rig(fixture, { ...options, dropout: 0.1 });
    await resumed.session.loadState(path);
    expect(resumed.session.steps).toBe(8);
    expect(await train(fixture, resumed, 8, STEPS)).toEqual(rest);
    expect(bytes(resumed)).toBe(bytes(whole));
  });

  it('evaluates to the outputs the modules give on the tensor floor', async () => {
    const fixture = await readFixture('trajectory');
    const { bert, heads, session } = await rig(fixture, options);
    const inputs = batch(fixture, 0);
    const outputs = await session.evaluate(inputs);
    const pooled = bert.forward(inputs).pooled;
    const byHead = heads.map((head) => head.forward(pooled).toArray() as number[][]);
    const expected = [...inputs.taskIds].flatMap((task, b) => byHead[task]?.[b] as number[]);
    expect(relativeError(outputs, expected)).toBeLessThan(1e-6);
  });

  it('rejects a loss that is not finite with the examples at fault, and keeps the parameters', async () => {
    const fixture = await readFixture('trajectory');
    const built = await rig(fixture, options);
    const head = built.heads[1] as Head;
    const broken = new Map(head.tensors());
    const bias = 'heads.score.classifier.bias';
    broken.set(bias, { shape: [1], data: Float32Array.of(NaN) });
    head.load(broken);
    const before = bytes(built);
    const inputs = batch(fixture, 0);
    const failure = await built.session.step(inputs, { learningRate: 1e-3 }).catch((error: unknown) => error);
    const positions = [...inputs.taskIds.keys()].filter((b) => inputs.taskIds[b] === 1);
    expect(failure).toMatchObject({ code: 'ERR_NON_FINITE_LOSS', details: { step: 1, positions } });
    expect(bytes(built)).toBe(before);
    expect(built.session.steps).toBe(0);
  });

  it('rejects a step of which a later micro-batch is not finite, and keeps the parameters', async () => {
    const fixture = await readFixture('trajectory');
    const built = await rig(fixture, options);
    const [first, second] = cut(batch(fixture, 0), [3, 3]) as [PackedBatch, PackedBatch];
    const before = bytes(built);
    // Targets must be finite; one this large makes a loss that is not.
    const broken = { ...second, targets: second.targets.map(() => 3e38) };
    const failure = await built.session.step([first, broken], { learningRate: 1e-3 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'ERR_NON_FINITE_LOSS', details: { step: 1 } });
    const { positions } = (failure as { details: { positions: number[] } }).details;
    expect(positions.length).toBeGreaterThan(0);
    expect(Math.min(...positions)).toBeGreaterThanOrEqual(3);
    expect(bytes(built)).toBe(before);
    const fresh = await rig(fixture, options);
    for (const { session } of [built, fresh]) await session.step([first, second], { learningRate: 1e-3 });
    expect(bytes(built)).toBe(bytes(fresh));
  });

  it('takes one micro-batch for a whole batch, and refuses none', async () => {
    const fixture = await readFixture('trajectory');
    const [listed, alone] = [await rig(fixture, { ...options, dropout: 0.1 }), await rig(fixture, { ...options, dropout: 0.1 })];
    await listed.session.step([batch(fixture, 0)], { learningRate: 1e-3 });
    await alone.session.step(batch(fixture, 0), { learningRate: 1e-3 });
    expect(bytes(listed)).toBe(bytes(alone));
    await expect(alone.session.step([], { learningRate: 1e-3 })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('cancels what runs and what waits, stays usable, and keeps the parameters of the last finished step', async () => {
    const fixture = await readFixture('trajectory');
    const [built, fresh] = [await rig(fixture, options), await rig(fixture, options)];
    // So long that it still runs when `cancel` comes; on a loaded machine it may be done, which must be as right.
    const long = Array<PackedBatch>(200).fill(batch(fixture, 0));
    const waiting = Promise.allSettled(Array.from({ length: 5 }, () => built.session.step(long, { learningRate: 1e-3 })));
    built.session.cancel();
    const outcomes = await waiting;
    const finished = built.session.steps;
    expect(finished).toBeLessThan(5);
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(outcomes.map((_, i) => i < finished));
    for (const outcome of outcomes.slice(finished)) expect(outcome).toMatchObject({ reason: { code: 'ERR_CANCELLED' } });
    for (let step = 0; step < finished; step += 1) await fresh.session.step(long, { learningRate: 1e-3 });
    for (const { session } of [built, fresh]) {
      const result = await session.step(batch(fixture, 1), { learningRate: 1e-3 });
      expect(result.step).toBe(session.steps);
    }
    expect(bytes(built)).toBe(bytes(fresh));
  });

  it('refuses a module that it is working on, and lets it go afterwards', async () => {
    const fixture = await readFixture('trajectory');
    const { bert, heads, session } = await rig(fixture, options);
    const step = session.step(batch(fixture, 0), { learningRate: 1e-3 });
    const busy = expect.objectContaining({ code: 'ERR_MODULE_BUSY' }) as Error;
    expect(() => bert.forward(batch(fixture, 0))).toThrow(busy);
    expect(() => bert.tensors()).toThrow(busy);
    expect(() => (heads[0] as Head).load(new Map())).toThrow(busy);
    expect(() => bert.dispose()).toThrow(busy);
    await step;
    expect(bert.forward(batch(fixture, 0)).pooled.shape).toEqual([6, 32]);
  });

  it('refuses a batch that does not fit, by the example', async () => {
    const fixture = await readFixture('trajectory');
    const { session } = await rig(fixture, options);
    const good = batch(fixture, 0);
    const step = (change: Partial<PackedBatch>) => session.step({ ...good, ...change }, { learningRate: 1e-3 });
    const refused = (message: string) => ({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) as string });
    await expect(step({ taskIds: good.taskIds.slice(1) })).rejects.toMatchObject(refused('taskIds'));
    await expect(step({ taskIds: Uint8Array.from(good.taskIds).fill(9, 2, 3) })).rejects.toMatchObject(refused('example 2'));
    await expect(step({ targets: good.targets.slice(1) })).rejects.toMatchObject(refused('targets'));
    await expect(step({ weights: Float32Array.from(good.weights).fill(NaN, 3, 4) })).rejects.toMatchObject(refused('example 3'));
    await expect(step({ tokenIds: Int32Array.from(good.tokenIds).fill(97, 0, 1) })).rejects.toMatchObject({ code: 'ERR_VOCABULARY' });
    expect(session.steps).toBe(0);
  });

  it('refuses a step without a learning rate, as JavaScript may ask for', async () => {
    const fixture = await readFixture('trajectory');
    const { session } = await rig(fixture, options);
    const bare = session.step.bind(session) as unknown as (batch: PackedBatch) => Promise<unknown>;
    await expect(bare(batch(fixture, 0))).rejects.toThrow(/^learningRate must be a finite number/);
  });

  it('refuses work after it is closed', async () => {
    const fixture = await readFixture('trajectory');
    const { session } = await rig(fixture, options);
    await session.close();
    await session.close();
    await expect(session.step(batch(fixture, 0), { learningRate: 1e-3 })).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' });
  });
});
