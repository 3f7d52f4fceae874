/** Calls that are not awaited: they come to the same as if each had been, also where one reads a file first. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestsOf, rigOf, stateOf, temporaryFolder } from './engine-runs.js';
import { makeBatch, type RandomRig } from './random-model.js';

const BATCHES = [1, 2, 3, 4, 5].map((seed) => makeBatch([5, 9, 3], seed));
const cancelled = { status: 'rejected', reason: { code: 'ERR_CANCELLED' } };

type Session = RandomRig['session'];
const rig = (): RandomRig => rigOf({ hidden: 16, heads: 2, intermediate: 32, layers: 1 }, { threads: 1 });
const step = (session: Session, index: number): Promise<unknown> => session.step(BATCHES[index] ?? [], { learningRate: 1e-2 });

interface Files {
  readonly state: string;
  readonly parameters: string;
  readonly later: string;
}

/** A session three steps on, and files of what it was after one. */
async function begun(): Promise<RandomRig & { files: Files }> {
  const built = rig();
  const folder = await temporaryFolder();
  const [state, parameters, later] = ['state', 'parameters', 'later'].map((name) => join(folder, name)) as [string, string, string];
  await step(built.session, 0);
  await built.session.saveState(state, { note: 'one' });
  await built.session.saveParameters(parameters);
  for (const index of [1, 2]) await step(built.session, index);
  return { ...built, files: { state, parameters, later } };
}

/** What the calls answered, and what they made of parameters, moments and count. */
async function course(calls: readonly ((session: Session, files: Files) => Promise<unknown>)[], awaited: boolean): Promise<unknown> {
  const built = await begun();
  const { session, files } = built;
  const answers: Promise<unknown>[] = [];
  for (const call of calls) {
    answers.push(call(session, files));
    if (awaited) await Promise.allSettled(answers);
  }
  const settled = await Promise.allSettled(answers);
  const told = settled.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : withoutTime(one.value)));
  return { told, steps: session.steps, state: digestsOf(await stateOf(built)), next: withoutTime(await step(session, 4)) };
}

function withoutTime(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'seconds' in answer ? { ...answer, seconds: null } : answer;
}

describe('calls that are not awaited', () => {
  it.each<[string, readonly ((session: Session, files: Files) => Promise<unknown>)[]]>([
    ['a step after a state', [(s, { state }) => s.loadState(state), (s) => step(s, 3)]],
    [
      'steps about parameters',
      [(s) => step(s, 3), (s, { parameters }) => s.loadParameters(parameters), (s) => step(s, 3), (s) => step(s, 2)],
    ],
    [
      'an evaluation between two loads',
      [(s, f) => s.loadState(f.state), (s) => s.evaluate(BATCHES[3] as never), (s, f) => s.loadState(f.later)],
    ],
    ['a state read back', [(s, { later }) => s.saveState(later, { a: 'b' }), (s) => step(s, 3), (s, { later }) => s.loadState(later)]],
    ['parameters looked at', [(s, { later }) => s.saveParameters(later), (s, { later }) => s.checkParameters(later)]],
    [
      'a save after a load',
      [(s, f) => s.loadState(f.state), (s, f) => s.saveState(f.later), (s) => step(s, 3), (s, f) => s.loadState(f.later)],
    ],
    ['a load that fails', [(s) => step(s, 3), (s) => s.loadState('nothing'), (s) => step(s, 3), (s, f) => s.loadParameters(f.parameters)]],
  ])('come to the same as if they were: %s', async (_, calls) => {
    expect(await course(calls, false)).toEqual(await course(calls, true));
  });

  it('see the arrays as they were when they came', async () => {
    const { session, files } = await begun();
    const load = session.loadState(files.state);
    const kept = BATCHES[1] as (typeof BATCHES)[number];
    const lent = structuredClone(kept);
    const answers = [session.step(lent, { learningRate: 1e-2 }), session.step([lent], { learningRate: 1e-2 })] as const;
    const outputs = session.evaluate(lent);
    for (const values of [lent.tokenIds, lent.targets, lent.weights]) values.fill(0);
    await load;
    const losses = (await Promise.all(answers)).map(({ loss }) => loss);
    const logits = await outputs;
    await session.loadState(files.state);
    const again = [await session.step(kept, { learningRate: 1e-2 }), await session.step(kept, { learningRate: 1e-2 })];
    expect(losses).toEqual(again.map(({ loss }) => loss));
    expect(logits).toEqual(await session.evaluate(kept));
  });
});

describe('cancelling while a state is read', () => {
  it('ends the load and what waits behind it, and changes nothing', async () => {
    const built = await begun();
    const { session, files } = built;
    const before = digestsOf(await stateOf(built));
    const waiting = Promise.allSettled([
      session.loadState(files.state),
      step(session, 3),
      session.saveState(files.later),
      session.loadParameters(files.parameters),
    ]);
    session.cancel();
    const next = session.evaluate(BATCHES[3] as never);
    expect(await waiting).toMatchObject([cancelled, cancelled, cancelled, cancelled]);
    expect((await next).length).toBeGreaterThan(0);
    expect(session.steps).toBe(3);
    expect(digestsOf(await stateOf(built))).toEqual(before);
    await expect(stat(files.later)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await session.loadState(files.state)).toEqual({ note: 'one' });
    expect(session.steps).toBe(1);
  });

  it('is part of closing', async () => {
    const { session, files } = await begun();
    const waiting = Promise.allSettled([session.loadState(files.state), step(session, 3), session.loadParameters(files.parameters)]);
    await Promise.all([session.close(), session.close()]);
    expect(await waiting).toMatchObject([cancelled, cancelled, cancelled]);
    const closed = { code: 'ERR_SESSION_CLOSED' };
    await expect(step(session, 3)).rejects.toMatchObject(closed);
    await expect(session.saveState(files.later)).rejects.toMatchObject(closed);
    await expect(session.loadState(files.state)).rejects.toMatchObject(closed);
  });
});
