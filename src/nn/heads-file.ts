/** bornagain.json of a model folder: the heads it holds, and how the model was made. */
import { join } from 'node:path';
import { z } from 'zod';
import { ANNEALINGS, TRUNCATIONS } from '../config/schema.js';
import { readJsonFile, writeJsonFile } from '../util/json-file.js';
import type { HeadSpec } from './head.js';

/** Every model folder that this project writes has it. */
export const DESCRIPTION_FILE = 'bornagain.json';

const headSchema = z.strictObject({
  task: z.string().min(1),
  kind: z.enum(['classification', 'regression']),
  texts: z.union([z.literal(1), z.literal(2)]).optional(),
  labels: z.array(z.string()),
  scoreRange: z.tuple([z.number(), z.number()]).nullable(),
  activation: z.enum(['linear', 'sigmoid']),
  dropout: z.number().min(0).lt(1),
});

const madeSchema = z.strictObject({
  /** Folder name and hash of the model it started from. */
  encoder: z.strictObject({ name: z.string(), hash: z.string() }),
  training: z.strictObject({ steps: z.int(), batchSize: z.int(), learningRate: z.number(), layerDecay: z.number() }),
  /** Null without teachers. */
  distillation: z
    .strictObject({
      /** Those with a teacher. */
      tasks: z.array(z.string()),
      /** Models written before this was kept have none; nor have they `switchAt`. */
      annealing: z.enum(ANNEALINGS).optional(),
      /** The constant weight of the gold label; null where it goes from 0 to 1. */
      lambda: z.number().nullable(),
      /** The share of the steps before it is 1; null where it does not go at once. */
      switchAt: z.number().nullable().optional(),
    })
    .nullable(),
  /** Values of the configuration that its preset sets otherwise, by dotted key. */
  departures: z.record(z.string(), z.strictObject({ preset: z.unknown(), value: z.unknown() })),
});

const infoSchema = z.strictObject({
  arm: z.string(),
  seed: z.int(),
  tasks: z.array(z.string()),
  preset: z.string(),
  /** Tokens per sequence it was trained with; longer ones were cut, and are cut so in evaluation. */
  maxLength: z.int().positive(),
  /** How pairs were cut to that; models written before there was a choice say nothing. */
  truncation: z.enum(TRUNCATIONS).default('reference'),
  /** Dev scores by task and metric, fractions. */
  scores: z.record(z.string(), z.record(z.string(), z.number())),
  /** How it was made; models written before this was kept have none. */
  made: madeSchema.optional(),
});

const fileSchema = z.strictObject({ format: z.literal(1), heads: z.array(headSchema).min(1), info: infoSchema });

export type ModelInfo = Readonly<z.infer<typeof infoSchema>>;

export interface HeadsDescription {
  readonly heads: readonly HeadSpec[];
  readonly info: ModelInfo;
}

/** Null where the folder has none: a plain encoder. Throws ERR_MODEL_FOLDER when the file is there and malformed. */
export async function readHeadsFile(dir: string): Promise<HeadsDescription | null> {
  const file = await readJsonFile(
    join(dir, DESCRIPTION_FILE),
    fileSchema,
    'ERR_MODEL_FOLDER',
    'Copy the model folder again, or train the model anew',
  );
  return file === null ? null : { heads: file.heads, info: file.info };
}

export async function writeHeadsFile(dir: string, description: HeadsDescription): Promise<void> {
  await writeJsonFile(join(dir, DESCRIPTION_FILE), { format: 1, ...description });
}
