/**
 * Tests between arms: each pair of them, on each task and on the average, one family (docs/statistics.md). A task that only one of the two
 * has is left out, and so are averages over different tasks, which no test can compare, averages of one task, which say that task's again, and
 * MNLI's mismatched set, which says the matched one's.
 */
import { isDeepStrictEqual } from 'node:util';
import { averagedTasks } from '../metrics/index.js';
import { cliffsDelta, holm, mannWhitney, matchedRankBiserial, smallestMannWhitneyP, wilcoxonSignedRank } from '../statistics/index.js';
import { taskRegistry } from '../tasks/index.js';
import type { RunResult } from './results.js';
import { averageScores, taskScores, type ScoringConfig, type SeedScore } from './seed-scores.js';

const SIGNIFICANCE = 0.05;
const TOO_FEW_SEEDS = 'too few seeds to tell';

/** `task` of the tests on the average; no task may be called so. */
export const AVERAGE = 'average';

/** Of score differences: what is below is left behind by subtracting fractions, and would break their ties. */
const DECIMALS = 12;

/** Over the seeds that both arms have. */
export interface PairedTest {
  /** Seeds. */
  readonly n: number;
  readonly p: number;
  /** Adjusted over the family of the paired tests. */
  readonly pHolm: number;
  readonly method: string;
  /** From -1 to 1, above 0 where a tends to be higher. */
  readonly rankBiserial: number;
}

/** A comparison of two arms over their seeds. */
export interface ArmTest {
  readonly a: string;
  readonly b: string;
  /** A task's name, or `average`. */
  readonly task: string;
  /** Seeds. */
  readonly nA: number;
  readonly nB: number;
  readonly u: number;
  /** Two-sided, of this test alone. */
  readonly p: number;
  /** Adjusted over the family of all entries. */
  readonly pHolm: number;
  readonly method: string;
  /** From -1 to 1, above 0 where a tends to be higher. */
  readonly cliffsDelta: number;
  /** `pHolm` is below 0.05. */
  readonly significant: boolean;
  /** Null where the arms share no seed. */
  readonly paired: PairedTest | null;
  /** `too few seeds to tell` where no scores could have made it significant, else null. */
  readonly note: string | null;
}

interface Comparison {
  readonly a: string;
  readonly b: string;
  readonly task: string;
  readonly scoresA: readonly SeedScore[];
  readonly scoresB: readonly SeedScore[];
}

/** In the order of the arms' first appearance among the runs, then of the tasks, the average last. */
export function testArms(runs: readonly RunResult[], config: ScoringConfig): ArmTest[] {
  const comparisons = comparisonsOf(runs, config);
  const tests = comparisons.map(independentTest);
  const adjusted = holm(tests.map(({ p }) => p));
  // Holm's values grow with each p: below the smallest ones that could have come, none of a test's can lie.
  const smallest = holm(tests.map(({ nA, nB }) => smallestMannWhitneyP(nA, nB)));
  const paired = pairedTests(comparisons);
  return comparisons.map(({ a, b, task }, i) => {
    const pHolm = adjusted[i] as number;
    const { nA, nB, u, p, ...rest } = tests[i] as IndependentTest;
    const significance = { significant: pHolm < SIGNIFICANCE, note: (smallest[i] as number) < SIGNIFICANCE ? null : TOO_FEW_SEEDS };
    return { a, b, task, nA, nB, u, p, pHolm, ...rest, paired: paired[i] as PairedTest | null, ...significance };
  });
}

interface ScoredArm {
  readonly arm: string;
  /** By task, and of the average where it is not a task's score again. */
  readonly scores: ReadonlyMap<string, readonly SeedScore[]>;
  /** Names of the tasks that the average is over. */
  readonly averaged: string;
}

function comparisonsOf(runs: readonly RunResult[], config: ScoringConfig): Comparison[] {
  const tasks = [...new Set(runs.flatMap((run) => Object.keys(run.tasks)))];
  const arms = [...new Set(runs.map(({ arm }) => arm))].map((arm) => scoredArm(arm, runs, tasks, config));
  const pairs = arms.flatMap((a, i) => arms.slice(i + 1).map((b) => [a, b] as const));
  return pairs.flatMap(([a, b]) =>
    [...tasks, ...(a.averaged === b.averaged ? [AVERAGE] : [])].flatMap((task) => {
      const [scoresA, scoresB] = [a.scores.get(task) ?? [], b.scores.get(task) ?? []];
      return scoresA.length === 0 || scoresB.length === 0 ? [] : [{ a: a.arm, b: b.arm, task, scoresA, scoresB }];
    }),
  );
}

/** @param tasks of all arms, in one order */
function scoredArm(arm: string, runs: readonly RunResult[], tasks: readonly string[], config: ScoringConfig): ScoredArm {
  const own = runs.filter((run) => run.arm === arm);
  const trained = tasks.filter((task) => own.some((run) => task in run.tasks));
  const averaged = averagedTasks(trained.map(taskRegistry(config).byName), config.report.average).map(({ name }) => name);
  const scores = new Map(trained.map((task) => [task, taskScores(own, task, config)] as const));
  const average = averageScores(own, config);
  // By several metrics, as GLUE's is, that of one task is another number.
  const isTask = averaged.length === 1 && isDeepStrictEqual(average, scores.get(String(averaged[0])));
  return {
    arm,
    scores: isTask ? scores : scores.set(AVERAGE, average),
    averaged: averaged.join(),
  };
}

type IndependentTest = Pick<ArmTest, 'nA' | 'nB' | 'u' | 'p' | 'method' | 'cliffsDelta'>;

function independentTest({ scoresA, scoresB }: Comparison): IndependentTest {
  const [a, b] = [scoresA, scoresB].map((scores) => scores.map(({ score }) => score)) as [number[], number[]];
  const { u, p, method } = mannWhitney(a, b);
  const effect = cliffsDelta(u, a.length, b.length);
  return { nA: a.length, nB: b.length, u, p, method: `Mann-Whitney U, ${method}`, cliffsDelta: effect };
}

function pairedTests(comparisons: readonly Comparison[]): (PairedTest | null)[] {
  const tests = comparisons.map(pairedTest);
  const adjusted = holm(tests.flatMap((test) => (test === null ? [] : [test.p])));
  let next = 0;
  return tests.map((test) => (test === null ? null : { ...test, pHolm: adjusted[next++] as number }));
}

function pairedTest({ scoresA, scoresB }: Comparison): PairedTest | null {
  const other = new Map(scoresB.map(({ seed, score }) => [seed, score]));
  const differences = scoresA.flatMap(({ seed, score }) => {
    const own = other.get(seed);
    return own === undefined ? [] : [Number((score - own).toFixed(DECIMALS))];
  });
  if (differences.length === 0) return null;
  const test = wilcoxonSignedRank(differences);
  const method = `Wilcoxon signed-rank, ${test.method}`;
  return { n: differences.length, p: test.p, pHolm: test.p, method, rankBiserial: matchedRankBiserial(test) };
}
