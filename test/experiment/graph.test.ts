import { describe, expect, it } from 'vitest';
import { runGraph, type GraphNode } from '../../src/experiment/graph.js';
import { BornAgainError } from '../../src/util/errors.js';

const node = (id: string, ...needs: string[]): GraphNode => ({ id, needs });
const DIAMOND = [node('a'), node('b', 'a'), node('c', 'a'), node('d', 'b', 'c'), node('e')];

interface Trace {
  readonly order: string[];
  readonly failures: [string, string | null][];
  mostAtOnce: number;
}

async function run(
  nodes: readonly GraphNode[],
  {
    parallel = 1,
    finished = [] as string[],
    fail = {} as Record<string, Error>,
    signal = undefined as AbortSignal | undefined,
    onStart = (_id: string) => {},
  },
): Promise<Trace> {
  const trace: Trace = { order: [], failures: [], mostAtOnce: 0 };
  let atOnce = 0;
  await runGraph(nodes, {
    finished,
    parallel,
    signal,
    async work({ id }) {
      trace.order.push(id);
      onStart(id);
      trace.mostAtOnce = Math.max(trace.mostAtOnce, (atOnce += 1));
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      if (fail[id] !== undefined) throw fail[id];
    },
    onFailure: ({ id }, _error, after) => trace.failures.push([id, after]),
  });
  return trace;
}

const failure = new BornAgainError('ERR_NON_FINITE_LOSS', 'the loss is NaN');

describe('runGraph', () => {
  it('works in the order given, after what is needed, and leaves out what is finished', async () => {
    expect((await run(DIAMOND, {})).order).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect((await run(DIAMOND, { finished: ['a', 'c'] })).order).toEqual(['b', 'd', 'e']);
  });

  it('works on as many at once as it may', async () => {
    const { order, mostAtOnce } = await run(DIAMOND, { parallel: 2 });
    expect(order).toEqual(['a', 'e', 'b', 'c', 'd']);
    expect(mostAtOnce).toBe(2);
  });

  it('passes over what needs a failed node, and goes on with the rest', async () => {
    const { order, failures } = await run(DIAMOND, { fail: { b: failure } });
    expect(order).toEqual(['a', 'b', 'c', 'e']);
    expect(failures).toEqual([
      ['b', null],
      ['d', 'b'],
    ]);
  });

  it('starts nothing more once it is cancelled, by its signal or by the work', async () => {
    const controller = new AbortController();
    const started: string[] = [];
    const onStart = (id: string): void => {
      started.push(id);
      if (id === 'b') controller.abort();
    };
    await expect(run(DIAMOND, { signal: controller.signal, onStart })).rejects.toMatchObject({
      code: 'ERR_CANCELLED',
      message: 'cancelled before c',
    });
    expect(started).toEqual(['a', 'b']);
    const cancelled = new BornAgainError('ERR_CANCELLED', 'stopped');
    await expect(run(DIAMOND, { fail: { a: cancelled } })).rejects.toBe(cancelled);
  });

  it('throws what is no failure of a run, after those beside it have ended', async () => {
    const bug = new TypeError('a bug');
    const ended: string[] = [];
    const work = async ({ id }: GraphNode): Promise<void> => {
      // `e`, beside `a`, has still some turns of the event loop to go when `a` fails.
      for (let turn = 0; turn < (id === 'e' ? 10 : 1); turn += 1) await new Promise((resolve) => setImmediate(resolve));
      ended.push(id);
      if (id === 'a') throw bug;
    };
    await expect(runGraph(DIAMOND, { finished: [], parallel: 2, work, onFailure: () => undefined })).rejects.toBe(bug);
    expect(ended).toEqual(['a', 'e']);
  });
});
