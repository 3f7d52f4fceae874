/**
 * `OUT/plan.json`: the runs of an experiment in the order of training, for whoever looks on from outside (observe/). It says nothing of what
 * is done: each run's folder does.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { PlannedRunSummary } from '../train/events.js';
import { writeJsonFile } from '../util/json-file.js';
import { readOutputJson } from './run-record.js';

export const PLAN_FILE = 'plan.json';

const planSchema = z.strictObject({
  format: z.literal(1),
  runs: z.array(
    z.strictObject({
      runId: z.string(),
      arm: z.string(),
      tasks: z.array(z.string()),
      seed: z.int(),
      steps: z.int(),
      /** As `PlannedRunSummary` has it. */
      tokens: z.number(),
    }),
  ),
});

export type RunPlan = Readonly<z.infer<typeof planSchema>['runs'][number]>;

/** Replaces OUT/plan.json as a whole. Throws ERR_IO. */
export async function writePlan(outDir: string, runs: readonly PlannedRunSummary[]): Promise<void> {
  await writeJsonFile(join(outDir, PLAN_FILE), { format: 1, runs: runs.map(({ finished: _finished, ...run }) => run) });
}

/** Null where there is none. Throws ERR_OUTPUT_FOLDER when it is malformed. */
export async function readPlan(path: string): Promise<readonly RunPlan[] | null> {
  return (await readOutputJson(path, planSchema))?.runs ?? null;
}
