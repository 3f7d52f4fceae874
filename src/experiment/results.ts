/**
 * OUT/results.json: the file other people's scripts read. Its shape is an interface: add to it, never rename. Scores are
 * fractions. MNLI's `accuracy` below `tasks` is the matched set's; the other stands below `mismatched`, so that every key below `tasks` is a
 * task and every key below that a metric.
 */
import { join } from 'node:path';
import { departuresOf, type Departure } from '../config/load.js';
import type { Config } from '../config/schema.js';
import type { Computation } from '../train/computation.js';
import type { TaskScores } from '../train/events.js';
import type { Selected } from '../train/selection.js';
import { writeFileAtomic } from '../util/atomic-file.js';
import { testArms, type ArmTest } from './arm-tests.js';
import type { Failures } from './failed-runs.js';
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
  /** Tasks on which the model failed, and how; empty where it did on none. */
  readonly failed: Failures;
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
  /** Device, engine and precision that the models were computed with, what `auto` became; null where a version that did not record it did. */
  readonly computes: Computation | null;
  /** Finished runs of this configuration, by arm, then seed. A seed of `single` appears when all its tasks are done. */
  readonly runs: readonly RunResult[];
  readonly summary: readonly ArmSummary[];
  /** Each pair of arms on each task and the average. */
  readonly tests: readonly ArmTest[];
  /** Values of `config` that are not its preset's, by key path. */
  readonly departures: Readonly<Record<string, Departure>>;
  /** What went wrong in the last call. */
  readonly failures: readonly RunFailure[];
  /** By task, what the commonest gold class of dev scores (of a regression the mean of its gold scores), given to every example; versions that did not look left none. */
  readonly majority?: TaskScores;
  /** Where there are grids: what was tried on dev, and chosen. */
  readonly grid?: readonly GridResult[];
}

export interface Outcome {
  readonly computes: Computation | null;
  readonly runs: readonly RunResult[];
  readonly failures: readonly RunFailure[];
  readonly grid: readonly GridResult[];
  readonly majority?: TaskScores;
}

export function experimentResults(config: Config, { computes, runs, failures, grid, majority }: Outcome): ExperimentResults {
  const [summary, tests] = [summarise(runs, config), testArms(runs, config)];
  const results = { config, computes, runs, summary, tests, departures: departuresOf(config), failures };
  return { ...results, ...(majority === undefined ? {} : { majority }), ...(grid.length === 0 ? {} : { grid }) };
}

/** Replaces OUT/results.json as a whole. Throws ERR_IO; the file that was there then stays. */
export async function writeResults(outDir: string, results: ExperimentResults): Promise<void> {
  await writeFileAtomic(join(outDir, 'results.json'), JSON.stringify(results, null, 2) + '\n');
}
