/** Native memory comes back: by dispose, by scope, by the garbage collector, when a worker ends and when the process does. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, test } from 'vitest';
import { addonPaths } from '../../src/native/paths.js';
import type { NativeMemory, NativeTensor } from '../../src/native/types.js';
import { memory, scope, Tensor } from '../../src/tensor/index.js';
import { addon, floats, ops } from './support.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const COUNT = 10_000;
const worker = fileURLToPath(new URL('children/tensors.mjs', import.meta.url));
let before: NativeMemory;

/** Finalizers run between turns of the event loop, so it takes some. */
async function collectUntil(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !done(); turn += 1) {
    collectGarbage();
    await setImmediate();
  }
}

beforeEach(async () => {
  await collectUntil(() => memory().tensorsLive === 0);
  before = memory();
  expect(before).toMatchObject({ tensorsLive: 0, bytes: 0 });
});

describe(`${COUNT} tensors created and dropped`, () => {
  test('by dispose', () => {
    for (let i = 0; i < COUNT; i += 1) floats(8, 8).dispose();
    expect(memory()).toEqual({ ...before, tensorsCreated: before.tensorsCreated + COUNT, tensorsDisposed: before.tensorsDisposed + COUNT });
  });

  test('by scope, with autograd', () => {
    for (let i = 0; i < COUNT / 10; i += 1) {
      scope(() => {
        const weight = Tensor.ones([4, 4]);
        weight.requiresGrad = true;
        weight.matmul(weight).add(1).mul(weight).exp().sum().backward();
        expect(weight.grad?.shape).toEqual([4, 4]);
      });
    }
    const after = memory();
    expect(after.tensorsCreated - before.tensorsCreated).toBeGreaterThanOrEqual((COUNT / 10) * 7);
    expect(after).toMatchObject({ tensorsLive: 0, bytes: 0 });
  });

  test('by the garbage collector', async () => {
    for (let i = 0; i < COUNT; i += 1) floats(8, 8);
    expect(memory().tensorsCreated - before.tensorsCreated).toBe(COUNT);
    await collectUntil(() => memory().tensorsLive === 0);
    expect(memory()).toMatchObject({ tensorsLive: 0, bytes: 0 });
  });
});

describe('bytes', () => {
  test('a storage behind several handles counts once, until the last of them goes', () => {
    const whole = floats(100, 10);
    const views = [ops.t(whole), ops.select(whole, 0, 3), ops.detach(whole)];
    expect(memory().bytes).toBe(4000);
    whole.dispose();
    expect(memory().bytes).toBe(4000);
    for (const view of views) view.dispose();
    expect(memory().bytes).toBe(0);
  });

  // The handles are a few kilobytes of JavaScript: without the native bytes V8 would see no reason to collect any of them.
  test('V8 is told of them, and collects dropped tensors under their pressure', async () => {
    const count = 300;
    const size = 2 ** 22;
    let most = 0;
    for (let i = 0; i < count; i += 1) {
      floats(size / 4);
      most = Math.max(most, memory().bytes);
      await setImmediate();
    }
    expect(most).toBeLessThan((count * size) / 3);
  });

  test('handles kept by JavaScript stay alive', async () => {
    const kept: NativeTensor[] = Array.from({ length: 10 }, () => floats(4));
    collectGarbage();
    await setImmediate();
    for (const tensor of kept) expect(addon.toData(tensor)).toEqual(Float32Array.of(1, 1, 1, 1));
    expect(memory().tensorsLive).toBe(10);
    for (const tensor of kept) tensor.dispose();
  });
});

describe('workers', () => {
  function start(task: 'count' | 'loop'): Worker {
    return new Worker(worker, { workerData: { addon: addonPaths().addon, task } });
  }

  const firstMessage = (started: Worker): Promise<unknown> =>
    new Promise((resolve, reject) => started.once('message', resolve).once('error', reject));

  test('each has its own counts and its own error class', async () => {
    const kept = floats(10);
    const started = start('count');
    // Asked for before the message: Node may send both in one turn of the event loop.
    const exited = once(started, 'exit');
    expect(await firstMessage(started)).toEqual({ live: 3, bytes: 12, error: 'WorkerError ERR_DISPOSED neg: self was disposed' });
    await exited;
    expect(memory()).toMatchObject({ tensorsLive: 1, bytes: 40 });
    kept.dispose();
  });

  test('20 that compute are terminated', async () => {
    for (let round = 0; round < 10; round += 1) {
      const pair = [start('loop'), start('loop')];
      await Promise.all(pair.map(firstMessage));
      const codes = await Promise.all(pair.map((started) => started.terminate()));
      expect(codes).toEqual([1, 1]);
    }
    expect(memory()).toMatchObject({ tensorsLive: 0, bytes: 0 });
  });
});

describe('the process ends with code 0', () => {
  // execFileSync throws for any other code, and for a signal.
  const run = (task: string): string => execFileSync(process.execPath, [worker, addonPaths().addon, task], { encoding: 'utf8' });

  test.each(['alive', 'exit', 'graph', 'worker'])('%s', (task) => {
    expect(run(task)).toBe(`${task}\n`);
  });
});
