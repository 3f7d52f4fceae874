/**
 * The two small files of a run's folder. `run.json` is written first and says what the checkpoints belong to; `result.json` is written
 * last, so a run that has one is finished.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { ENGINES, PRECISIONS } from '../config/schema.js';
import { METRIC_NAMES } from '../metrics/index.js';
import { FAILURES } from './failed-runs.js';
import { sameSettings } from './settings.js';
import { readJsonFile, writeJsonFile } from '../util/json-file.js';
import { removeFile } from '../util/remove-file.js';

export const settingsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const scoresSchema = z.record(z.string(), z.partialRecord(z.enum(METRIC_NAMES), z.number()));

/** `Computation`; versions that did not record it left none. */
export const computesSchema = z
  .strictObject({ device: z.enum(['cpu', 'cuda']), engine: z.enum(ENGINES), precision: z.enum(PRECISIONS) })
  .optional();

const selectedSchema = z.strictObject({
  keep: z.enum(['last', 'best']),
  best: z.strictObject({ step: z.int(), score: z.number() }),
  evaluations: z.int(),
  stoppedAt: z.int().nullable(),
});

const startSchema = z.strictObject({ format: z.literal(1), settings: settingsSchema, computes: computesSchema });

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
  /** Tasks on which the model failed; a version that did not look for failures left none of this. */
  failed: z.record(z.string(), z.enum(FAILURES)).optional(),
  /** Optimizer steps done. */
  steps: z.int(),
  /** How its model was chosen on dev; null where it is that of the last step, as planned. */
  selection: selectedSchema.nullable().default(null),
  /** Wall seconds of the call that finished it. */
  seconds: z.number(),
  /** SHA-256 of the model folder: configuration, weights and heads. */
  modelHash: z.string(),
  computes: computesSchema,
  settings: settingsSchema,
});

export type RunRecord = Readonly<z.infer<typeof recordSchema>>;
export type RunStart = Readonly<z.infer<typeof startSchema>>;

/** Null where the run was not begun. Throws ERR_OUTPUT_FOLDER when the file is there and malformed. */
export const readRunStart = (folder: string): Promise<RunStart | null> => readOutputJson(join(folder, 'run.json'), startSchema);
/** Null where the run is not finished. Throws ERR_OUTPUT_FOLDER when the file is there and malformed. */
export const readRunRecord = (folder: string): Promise<RunRecord | null> => readOutputJson(join(folder, 'result.json'), recordSchema);

/**
 * The result of a run that was not begun anew with other settings since it was finished; null for any other: what it holds is then of the
 * training before. Throws as the two above do.
 */
export async function readCurrentRecord(folder: string): Promise<RunRecord | null> {
  const [record, start] = [await readRunRecord(folder), await readRunStart(folder)];
  return record !== null && (start === null || sameSettings(start.settings, record.settings)) ? record : null;
}

/** Throws ERR_IO. */
export async function writeRunStart(folder: string, start: Omit<RunStart, 'format'>): Promise<void> {
  await writeJsonFile(join(folder, 'run.json'), { format: 1, ...start });
}

/** Returns what was written. Throws ERR_IO. */
export async function writeRunRecord(folder: string, outcome: Omit<RunRecord, 'format'>): Promise<RunRecord> {
  // Parsed for the schema's order of keys: the same outcome is the same bytes.
  const record = recordSchema.parse({ format: 1, ...outcome });
  await writeJsonFile(join(folder, 'result.json'), record);
  return record;
}

/** Throws ERR_IO. */
export async function removeRunRecord(folder: string): Promise<void> {
  await removeFile(join(folder, 'result.json'));
}

/** `readJsonFile` for a file of an output folder. Throws ERR_OUTPUT_FOLDER when it is malformed. */
export function readOutputJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  return readJsonFile(path, schema, 'ERR_OUTPUT_FOLDER', 'Remove it, or choose another output folder');
}
