/** Which session computes on how many threads while runs begin and end beside it. */
import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/load.js';
import { SharedCores } from '../../src/train/shared-cores.js';
import { rigOf } from './engine-runs.js';

const CORES = 12;
const SHAPE = { hidden: 32, heads: 2, intermediate: 64, layers: 1 };

const runtimeWith = (threads: number) => resolveConfig({ set: [`runtime.threads=${threads}`] }).runtime;
const auto = runtimeWith(0);

/** A run that ends when it is told to. */
function beginRun(cores: SharedCores): { end: () => Promise<void> } {
  const told = new EventEmitter();
  const running = cores.during(() => once(told, 'end'));
  return {
    end: async () => {
      told.emit('end');
      await running;
    },
  };
}

describe('a run', () => {
  it('has its share of the cores, unless threads are configured or it is the only one', () => {
    expect(new SharedCores(2, CORES).runtimeOf(auto).threads).toBe(6);
    expect(new SharedCores(5, CORES).runtimeOf(auto).threads).toBe(2);
    expect(new SharedCores(1000, CORES).runtimeOf(auto).threads).toBe(1);
    expect(new SharedCores(2).runtimeOf(auto).threads).toBe(Math.max(1, Math.floor(availableParallelism() / 2)));
    expect(new SharedCores(1, CORES).runtimeOf(auto)).toBe(auto);
    expect(new SharedCores(2, CORES).runtimeOf(runtimeWith(3)).threads).toBe(3);
  });
});

describe('a session', () => {
  it('has the cores of runs that ended, and gives them back to those that begin', async () => {
    const cores = new SharedCores(3, CORES);
    const [first, second] = [beginRun(cores), beginRun(cores)];
    const { session } = rigOf(SHAPE, { engine: 'fused', threads: cores.runtimeOf(auto).threads });
    expect(session.threads).toBe(4);
    cores.lend(session, auto);
    expect(session.threads).toBe(6);
    await first.end();
    expect(session.threads).toBe(12);
    const third = beginRun(cores);
    expect(session.threads).toBe(6);
    cores.takeBack(session);
    await Promise.all([second.end(), third.end()]);
    expect(session.threads).toBe(6);
  });

  it('refuses a number of threads that no machine has', () => {
    const { session } = rigOf(SHAPE, { engine: 'fused', threads: 1 });
    for (const threads of [0, -1, 1.5, 1025]) expect(() => (session.threads = threads)).toThrow(/threads must be/);
    expect(session.threads).toBe(1);
  });

  it('has the cores of a run that failed', async () => {
    const cores = new SharedCores(2, CORES);
    const other = beginRun(cores);
    const { session } = rigOf(SHAPE, { engine: 'fused', threads: 6 });
    cores.lend(session, auto);
    await expect(cores.during(() => Promise.reject(new RangeError('a run failed')))).rejects.toThrow('a run failed');
    expect(session.threads).toBe(12);
    await other.end();
  });

  it.each([
    { what: 'threads are configured', parallelRuns: 2, engine: 'fused', threads: 3 },
    { what: 'its engine is another one', parallelRuns: 2, engine: 'plain', threads: 0 },
    { what: 'there is no other run', parallelRuns: 1, engine: 'fused', threads: 0 },
  ] as const)('keeps its threads where $what', ({ parallelRuns, engine, threads }) => {
    const cores = new SharedCores(parallelRuns, CORES);
    const runtime = runtimeWith(threads);
    const given = cores.runtimeOf(runtime).threads;
    const { session } = rigOf(SHAPE, { engine, threads: given });
    cores.lend(session, runtime);
    expect(session.threads).toBe(given);
  });
});
