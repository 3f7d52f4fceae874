/**
 * OUT/results.json: the file other people's scripts read. Its shape is an interface (shared design, "Interfaces that others script
 * against"): add to it, never rename. Scores are fractions. MNLI's `accuracy` below `tasks` is the matched set's; the other stands below
 * `mismatched`, so that every key below `tasks` is a task and every key below that a metric.
 */
import { join } from 'node:path';
import { departuresOf, type Departure } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { taskRegistry } from '../tasks/index.js';
import type { TaskScores } from '../train/events.js';
import type { Selected } from '../train/selection.js';
import { writeFileAtomic } from '../util/atomic-file.js';
import type { GridResult } from './grid.js';
import { summarise, type ArmSummary } from './summary.js';

/** One arm with one seed. */
export interface RunResult {
  readonly arm: string;
  readonly seed: number;
  readonly tasks: TaskScores;
  /** On the mismatched set, of the tasks that have one (MNLI). */
  readonly mismatched: TaskScores;
  /** `config.report.average` of the tasks trained; null when none of them counts, or GLUE's lacks MNLI's mismatched set. */
  readonly average: number | null;
  /** Where `config.selection` is on: by run id, the evaluation on dev whose model was kept, or at which training stopped. */
  readonly selection?: Readonly<Record<string, Selected>>;
  /** Relative to OUT: the model's folder; for an arm of single-task models the folder `runs/<arm>`, with `<task>/seed-<n>/model` below it. */
  readonly model: string;
}

/** A comparison of two arms over their seeds. */
export interface ArmTest {
  readonly a: string;
  readonly b: string;
  /** A task's name, or `average`. */
  readonly task: string;
  readonly p: number;
  readonly method: string;
}

/** A run that has no model, and why. */
export interface RunFailure {
  readonly runId: string;
  readonly code: string;
  readonly message: string;
  /** The failed run it needed; null where it failed itself. */
  readonly after: string | null;
}

export interface ExperimentResults {
  readonly config: Config;
  /** Finished runs of this configuration, by arm, then seed. A seed of `single` appears when all its tasks are done. */
  readonly runs: readonly RunResult[];
  readonly summary: readonly ArmSummary[];
  /** Empty: the experiment runner computes no tests between arms. */
  readonly tests: readonly ArmTest[];
  /** Values of `config` that are not its preset's, by key path. */
  readonly departures: Readonly<Record<string, Departure>>;
  /** What went wrong in the last call. */
  readonly failures: readonly RunFailure[];
  /** Where there are grids: what was tried on dev, and chosen. */
  readonly grid?: readonly GridResult[];
}

export interface Outcome {
  readonly runs: readonly RunResult[];
  readonly failures: readonly RunFailure[];
  readonly grid: readonly GridResult[];
}

export function experimentResults(config: Config, { runs, failures, grid }: Outcome): ExperimentResults {
  const results = { config, runs, summary: summarise(runs, taskRegistry(config)), tests: [], departures: departuresOf(config), failures };
  return grid.length === 0 ? results : { ...results, grid };
}

/** Replaces OUT/results.json as a whole. Throws ERR_IO; the file that was there then stays. */
export async function writeResults(outDir: string, results: ExperimentResults): Promise<void> {
  await writeFileAtomic(join(outDir, 'results.json'), JSON.stringify(results, null, 2) + '\n');
}
