/** results.json read back, as far as the report rests on it. Other keys pass through: the file is an interface that grows. */
import { join } from 'node:path';
import { z } from 'zod';
import { configSchema } from '../../config/schema.js';
import { readExperimentFile } from '../../experiment/output-folder.js';
import { experimentResults, type ExperimentResults } from '../../experiment/results.js';
import { BornAgainError } from '../../util/errors.js';
import { readJsonFile } from '../../util/json-file.js';

const REMEDY = "The same 'bornagain run' writes it anew, and trains nothing again that is finished";

const scores = z.record(z.string(), z.record(z.string(), z.number()));
const spread = z.looseObject({
  median: z.number(),
  mean: z.number(),
  std: z.number().nullable(),
  interval: z.looseObject({ low: z.number(), high: z.number() }).nullable(),
});
const summaries = z.record(z.string(), spread);

const setting = { learningRate: z.number(), layerDecay: z.number() };

const resultsSchema = z.looseObject({
  config: configSchema,
  runs: z.array(
    z.looseObject({
      arm: z.string(),
      seed: z.int(),
      tasks: scores,
      mismatched: scores,
      average: z.number().nullable(),
      model: z.string(),
      failed: z.record(z.string(), z.string()),
    }),
  ),
  summary: z.array(
    z.looseObject({
      arm: z.string(),
      n: z.int(),
      average: spread.nullable(),
      tasks: summaries,
      mismatched: summaries,
      failed: z.record(z.string(), z.int()),
    }),
  ),
  tests: z.array(
    z.looseObject({
      a: z.string(),
      b: z.string(),
      task: z.string(),
      u: z.number(),
      p: z.number(),
      pHolm: z.number(),
      method: z.string(),
      cliffsDelta: z.number(),
      significant: z.boolean(),
      paired: z.looseObject({ p: z.number(), pHolm: z.number() }).nullable(),
      note: z.string().nullable(),
    }),
  ),
  departures: z.record(z.string(), z.looseObject({})),
  failures: z.array(z.looseObject({ runId: z.string(), code: z.string(), message: z.string(), after: z.string().nullable() })),
  majority: scores.optional(),
  grid: z
    .array(
      z.looseObject({
        arm: z.string(),
        task: z.string(),
        seeds: z.array(z.int()),
        points: z.array(z.looseObject({ ...setting, score: z.number() })),
        chosen: z.looseObject(setting),
      }),
    )
    .optional(),
});

/**
 * Of an experiment that was stopped before it wrote any: none.
 * @throws BornAgainError ERR_OUTPUT_FOLDER: no experiment's folder, or a malformed file
 */
export async function readResults(outDir: string): Promise<ExperimentResults> {
  const results = await readJsonFile(join(outDir, 'results.json'), resultsSchema, 'ERR_OUTPUT_FOLDER', REMEDY);
  if (results !== null) return results as unknown as ExperimentResults;
  const begun = await readExperimentFile(outDir);
  if (begun !== null) return experimentResults(begun.config, { computes: begun.computes ?? null, runs: [], failures: [], grid: [] });
  const message = `${outDir} holds no results.json, so there is nothing to report. Name the output folder of 'bornagain run' (a single model of 'bornagain train' has no report)`;
  throw new BornAgainError('ERR_OUTPUT_FOLDER', message, { outDir });
}
