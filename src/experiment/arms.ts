/**
 * Which models an experiment trains, in which order, and who teaches whom. Pure: configuration in, list of runs out. What a reader would
 * get wrong: a distilled arm has one set of teachers for all its seeds, the single-task models of the first seed. That is what the
 * reference code does (outputs of trial 1 only, PAPER.md section 3.4), so the spread over seeds is the student's alone.
 */
import type { Arm, Config } from '../config/schema.js';

/** What one model needs: `single` is one task by itself, `multi` several at once, `distilled` several at once with teachers. */
export type RunKind = 'single' | 'multi' | 'distilled';

export interface PlannedRun {
  /** Folder below `OUT/runs`, with `/`: `single/rte/seed-1`, `multi/all/seed-1`. */
  readonly id: string;
  /** As results name it. */
  readonly arm: string;
  readonly kind: RunKind;
  readonly tasks: readonly string[];
  readonly seed: number;
  /** By task, the id of the run whose model teaches it; empty unless distilled. */
  readonly teachers: Readonly<Record<string, string>>;
}

/** How an arm is trained. A new arm is a line here (and its name in the configuration's schema). */
const ARM_KINDS: Readonly<Record<Arm, RunKind>> = { single: 'single', multi: 'multi', 'single-multi': 'distilled' };

export function runKindOf(arm: Arm): RunKind {
  return ARM_KINDS[arm];
}

/** The seed whose single-task models are the teachers. */
export function teacherSeed(config: Config): number {
  const [first] = config.seeds;
  if (first === undefined) throw new RangeError('a configuration has at least one seed');
  return first;
}

function singleRun(task: string, seed: number): PlannedRun {
  return { id: `single/${task}/seed-${seed}`, arm: 'single', kind: 'single', tasks: [task], seed, teachers: {} };
}

function runsOf(arm: Arm, seed: number, config: Config): PlannedRun[] {
  const kind = runKindOf(arm);
  if (kind === 'single') return config.tasks.map((task) => singleRun(task, seed));
  const teachers: Record<string, string> = {};
  if (kind === 'distilled') for (const task of config.tasks) teachers[task] = singleRun(task, teacherSeed(config)).id;
  return [{ id: `${arm}/all/seed-${seed}`, arm, kind, tasks: config.tasks, seed, teachers }];
}

/**
 * Every run of an experiment, teachers before their students, each once. Teachers that no arm asks for by itself are in the list too,
 * and not in the results.
 */
export function planRuns(config: Config): PlannedRun[] {
  const arms = (Object.keys(ARM_KINDS) as Arm[]).filter((arm) => config.arms.includes(arm));
  const needsTeachers = arms.some((arm) => runKindOf(arm) === 'distilled');
  const runs = needsTeachers ? runsOf('single', teacherSeed(config), config) : [];
  for (const arm of arms) for (const seed of config.seeds) runs.push(...runsOf(arm, seed, config));
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}
