/** Which tests are made between arms, and what is done to their p-values; the tests themselves are held to scipy in test/statistics. */
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { testArms } from '../../src/experiment/arm-tests.js';
import type { Failures } from '../../src/experiment/failed-runs.js';
import type { RunResult } from '../../src/experiment/results.js';
import { summarise } from '../../src/experiment/summary.js';

const CONFIG = configSchema.parse({});
const DROPPING = configSchema.parse({ report: { failedRuns: 'drop' } });

/** One run for each score, seeds from 1; the average has a number of its own, in the same order. */
const runs = (arm: string, scores: readonly number[], failed: Failures = {}): RunResult[] =>
  scores.map((score, i) => ({
    arm,
    seed: i + 1,
    tasks: { rte: { accuracy: score } },
    mismatched: {},
    average: (1 + score) / 2,
    model: '',
    failed: i === 0 ? failed : {},
  }));

const LOW = [0.6, 0.61, 0.62, 0.63, 0.64];
const HIGH = [0.7, 0.71, 0.72, 0.73, 0.74];

describe('testArms', () => {
  it('tests each pair on each task and the average, in order', () => {
    const tests = testArms([...runs('single', LOW), ...runs('multi', HIGH), ...runs('student', HIGH)], CONFIG);
    expect(tests.map(({ a, b, task }) => `${a} ${b} ${task}`)).toEqual([
      'single multi rte',
      'single multi average',
      'single student rte',
      'single student average',
      'multi student rte',
      'multi student average',
    ]);
  });

  it('leaves out an average that is one task’s score again', () => {
    const alone = [...runs('single', LOW), ...runs('multi', HIGH)].map((run) => ({ ...run, average: run.tasks['rte']?.accuracy ?? null }));
    // 2 of the 252 ways to divide ten scores are as extreme, and a family of one leaves that as it is.
    expect(testArms(alone, CONFIG)).toMatchObject([{ task: 'rte', p: 2 / 252, pHolm: 2 / 252 }]);
  });

  it('adjusts over the family, and gives effect and sizes', () => {
    const [rte, average] = testArms([...runs('single', LOW), ...runs('multi', HIGH)], CONFIG);
    // 2 of the 252 ways to divide ten scores are as extreme; Holm doubles the smaller of two p, and the other is no smaller.
    expect(rte).toMatchObject({ nA: 5, nB: 5, u: 0, method: 'Mann-Whitney U, exact', cliffsDelta: -1, significant: true, note: null });
    expect(rte?.p).toBeCloseTo(2 / 252, 12);
    expect(rte?.pHolm).toBeCloseTo(4 / 252, 12);
    expect(average?.pHolm).toBeCloseTo(4 / 252, 12);
    // All five differences have one sign: 2 of 32.
    expect(rte?.paired).toMatchObject({ n: 5, method: 'Wilcoxon signed-rank, exact', rankBiserial: -1 });
    expect(rte?.paired?.p).toBeCloseTo(2 / 32, 12);
    expect(rte?.paired?.pHolm).toBeCloseTo(4 / 32, 12);
  });

  it('ties differences that are equal but for what subtracting leaves behind', () => {
    // 0.7 - 0.6 and 0.8 - 0.7 are not the same double.
    const [rte] = testArms([...runs('single', [0.6, 0.7, 0.9]), ...runs('multi', [0.7, 0.8, 0.8])], CONFIG);
    expect(rte?.paired?.rankBiserial).toBeCloseTo(-1 / 3, 12);
  });

  it.each([
    [3, 'too few seeds to tell'],
    [4, 'too few seeds to tell'],
    [5, null],
  ])('with %i seeds an arm and two tests: %s', (seeds, note) => {
    const tests = testArms([...runs('single', LOW.slice(0, seeds)), ...runs('multi', HIGH.slice(0, seeds))], CONFIG);
    expect(tests.map((test) => [test.note, test.significant])).toEqual([
      [note, note === null],
      [note, note === null],
    ]);
  });

  it('is not significant, but no longer too few, where scores overlap', () => {
    const [rte] = testArms([...runs('single', LOW), ...runs('multi', LOW)], CONFIG);
    expect(rte).toMatchObject({ p: 1, pHolm: 1, cliffsDelta: 0, significant: false, note: null });
  });

  it('pairs only the seeds that both arms have', () => {
    const others = runs('multi', HIGH).map((run) => ({ ...run, seed: run.seed + 3 }));
    const [rte] = testArms([...runs('single', LOW), ...others], CONFIG);
    expect(rte?.paired?.n).toBe(2);
    const apart = runs('multi', HIGH).map((run) => ({ ...run, seed: run.seed + 100 }));
    expect(testArms([...runs('single', LOW), ...apart], CONFIG)[0]?.paired).toBeNull();
  });

  it.each([
    ['bam', ['single multi average', 'single alone rte', 'multi alone rte']],
    ['glue', ['single alone rte', 'multi alone rte']],
  ] as const)('by %s tests averages over the same tasks only', (average, expected) => {
    const also = (arm: string, tasks: readonly string[]): RunResult[] =>
      runs(arm, LOW).map((run) => ({
        ...run,
        tasks: { ...run.tasks, ...Object.fromEntries(tasks.map((task) => [task, { accuracy: run.seed / 10 }])) },
      }));
    const arms = [...also('single', ['mrpc', 'wnli']), ...also('multi', ['mrpc']), ...runs('alone', HIGH)];
    const tests = testArms(arms, configSchema.parse({ report: { average } }));
    expect(tests.map(({ a, b, task }) => `${a} ${b} ${task}`).filter((name) => !/^single multi (rte|mrpc)$/.test(name))).toEqual(expected);
    // Holm's family is what is listed.
    expect(Math.max(...tests.map(({ p, pHolm }) => pHolm / p))).toBeCloseTo(tests.length, 12);
  });

  it('leaves out what only one arm has, and is empty with one arm', () => {
    const without = runs('multi', HIGH).map((run) => ({ ...run, tasks: { cola: { matthews: 0.5 } }, average: null }));
    expect(testArms([...runs('single', LOW), ...without], CONFIG)).toEqual([]);
    expect(testArms(runs('single', LOW), CONFIG)).toEqual([]);
  });
});

describe('failed runs', () => {
  const own = [...runs('single', [0.1, ...LOW], { rte: 'one answer' }), ...runs('multi', HIGH)];

  it('are counted, and kept by default', () => {
    expect(summarise(own, CONFIG)[0]).toMatchObject({ n: 6, failed: { rte: 1 }, tasks: { rte: { n: 6 } }, average: { n: 6 } });
    expect(testArms(own, CONFIG)[0]).toMatchObject({ nA: 6, nB: 5 });
  });

  it('are dropped from medians and tests of the task and the average where the configuration says so', () => {
    const [single, multi] = summarise(own, DROPPING);
    expect(single).toMatchObject({ n: 6, failed: { rte: 1 }, tasks: { rte: { n: 5, median: 0.62 } }, average: { n: 5 } });
    expect(multi).toMatchObject({ n: 5, failed: {}, tasks: { rte: { n: 5 } } });
    expect(testArms(own, DROPPING).map(({ nA }) => nA)).toEqual([5, 5]);
  });

  it('on a task that is not averaged leave the average alone', () => {
    const wnli = runs('single', LOW, { wnli: 'majority' });
    expect(summarise(wnli, DROPPING)[0]?.average?.n).toBe(5);
  });

  it('all of them: the task has no numbers left', () => {
    const [single] = summarise(runs('single', [0.5], { rte: 'majority' }), DROPPING);
    expect(single).toMatchObject({ n: 1, failed: { rte: 1 }, tasks: {}, average: null });
  });
});
