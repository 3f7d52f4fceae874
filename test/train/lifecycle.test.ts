/** Native memory and threads over a program's life: nothing leaks, nothing crashes, the process ends as it should. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { makeSession, memory, randomBatch } from '../../bench/random-session.mjs';

const child = (name: string): string => fileURLToPath(new URL(`children/${name}.mjs`, import.meta.url));

describe('native memory', () => {
  it('is where it was after 1,000 steps and the end of their session', async () => {
    const before = memory();
    const { bert, head, session } = makeSession({ hidden: 16, layers: 1 });
    const batch = randomBatch(4);
    for (let i = 0; i < 1000; i++) await session.step(batch, { learningRate: 1e-4 });
    expect(session.steps).toBe(1000);
    await session.close();
    bert.dispose();
    head.dispose();
    const after = memory();
    expect(after).toMatchObject({
      tensorsLive: before.tensorsLive,
      bytes: before.bytes,
      modulesLive: before.modulesLive,
      sessionsLive: before.sessionsLive,
    });
  });
});

describe('a worker thread', () => {
  it('can own a session and be stopped in the middle of a step, 20 times', async () => {
    for (let i = 0; i < 20; i++) {
      const worker = new Worker(child('worker'));
      const failed = once(worker, 'error').then(([error]) => Promise.reject(error as Error));
      await Promise.race([once(worker, 'message'), failed]);
      expect(await worker.terminate()).toBe(1);
    }
    const { session } = makeSession({ hidden: 16, layers: 1 });
    expect((await session.step(randomBatch(2), { learningRate: 1e-4 })).step).toBe(1);
    await session.close();
  });
});

describe('a process', () => {
  it.each([
    ['idle', ''],
    ['exit-mid-step', ''],
    ['end-after-step', 'finished'],
  ])('ends with code 0 with tensors and a session alive: %s', (way, output) => {
    const result = spawnSync(process.execPath, [child('exit'), way], { encoding: 'utf8', timeout: 50_000 });
    expect({ status: result.status, signal: result.signal, stderr: result.stderr, stdout: result.stdout }).toEqual({
      status: 0,
      signal: null,
      stderr: '',
      stdout: output,
    });
  });
});

describe('helper threads of OpenMP', () => {
  // libgomp lets no thread wait awake while there are more than CPUs, so those that nobody needs must not lie about.
  it.runIf(process.platform === 'linux' && availableParallelism() > 1)("of JavaScript's thread end when a session gets work", () => {
    const { stdout } = spawnSync(process.execPath, [child('helpers')], { encoding: 'utf8' });
    const [before, computed, stepped] = JSON.parse(stdout) as [number, number, number];
    expect(computed).toBeGreaterThan(before);
    expect(stepped).toBe(before);
  });
});
