/**
 * The two small files of a run's folder. `run.json` is written first and says what the checkpoints belong to; `result.json` is written
 * last, so a run that has one is finished.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { METRIC_NAMES } from '../metrics/index.js';
import { readJsonFile, writeJsonFile } from '../util/json-file.js';

export const settingsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const scoresSchema = z.record(z.string(), z.partialRecord(z.enum(METRIC_NAMES), z.number()));

const selectedSchema = z.strictObject({
  keep: z.enum(['last', 'best']),
  best: z.strictObject({ step: z.int(), score: z.number() }),
  evaluations: z.int(),
  stoppedAt: z.int().nullable(),
});

const startSchema = z.strictObject({ format: z.literal(1), settings: settingsSchema });

const recordSchema = z.strictObject({
  format: z.literal(1),
  arm: z.string(),
  tasks: z.array(z.string()),
  seed: z.int(),
  /** On `dev`; MNLI's is the matched set. */
  scores: scoresSchema,
  /** On `dev_mismatched`, of the tasks that have one. */
  mismatched: scoresSchema,
  average: z.number().nullable(),
  /** Optimizer steps done. */
  steps: z.int(),
  /** How its model was chosen on dev; null where it is that of the last step, as planned. */
  selection: selectedSchema.nullable().default(null),
  /** Wall seconds of the call that finished it. */
  seconds: z.number(),
  /** SHA-256 of the model folder: configuration, weights and heads. */
  modelHash: z.string(),
  settings: settingsSchema,
});

export type RunRecord = Readonly<z.infer<typeof recordSchema>>;
export type RunStart = Readonly<z.infer<typeof startSchema>>;

export const readRunStart = (folder: string): Promise<RunStart | null> => readOutputJson(join(folder, 'run.json'), startSchema);
/** Null where the run is not finished. Throws ERR_OUTPUT_FOLDER when the file is there and malformed. */
export const readRunRecord = (folder: string): Promise<RunRecord | null> => readOutputJson(join(folder, 'result.json'), recordSchema);

export async function writeRunStart(folder: string, settings: RunStart['settings']): Promise<void> {
  await writeJsonFile(join(folder, 'run.json'), { format: 1, settings });
}

export async function writeRunRecord(folder: string, outcome: Omit<RunRecord, 'format'>): Promise<RunRecord> {
  const record: RunRecord = { format: 1, ...outcome };
  await writeJsonFile(join(folder, 'result.json'), record);
  return record;
}

/** `readJsonFile` for a file of an output folder. Throws ERR_OUTPUT_FOLDER when it is malformed. */
export function readOutputJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  return readJsonFile(path, schema, 'ERR_OUTPUT_FOLDER', 'Remove it, or choose another output folder');
}
