/** bornagain.json of a model folder: the heads it holds, and how the model was made. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../util/atomic-file.js';
import { BornAgainError } from '../util/errors.js';
import { errnoOf, ioError } from '../util/io-error.js';
import type { HeadSpec } from './head.js';

const FILE = 'bornagain.json';

const headSchema = z.strictObject({
  task: z.string().min(1),
  kind: z.enum(['classification', 'regression']),
  labels: z.array(z.string()),
  scoreRange: z.tuple([z.number(), z.number()]).nullable(),
  activation: z.enum(['linear', 'sigmoid']),
  dropout: z.number().min(0).lt(1),
});

const infoSchema = z.strictObject({
  arm: z.string(),
  seed: z.int(),
  tasks: z.array(z.string()),
  preset: z.string(),
  /** Tokens per sequence it was trained with; longer ones were cut, and are cut so in evaluation. */
  maxLength: z.int().positive(),
  /** Dev scores by task and metric, fractions. */
  scores: z.record(z.string(), z.record(z.string(), z.number())),
});

const fileSchema = z.strictObject({ format: z.literal(1), heads: z.array(headSchema).min(1), info: infoSchema });

export type ModelInfo = Readonly<z.infer<typeof infoSchema>>;

export interface HeadsDescription {
  readonly heads: readonly HeadSpec[];
  readonly info: ModelInfo;
}

/** Null where the folder has none: a plain encoder. Throws ERR_MODEL_FOLDER when the file is there and malformed. */
export async function readHeadsFile(dir: string): Promise<HeadsDescription | null> {
  const path = join(dir, FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw ioError('read', path, error);
  }
  try {
    const { heads, info } = fileSchema.parse(JSON.parse(text));
    return { heads, info };
  } catch (cause) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new BornAgainError('ERR_MODEL_FOLDER', `${path} is malformed: ${what}`, { path }, { cause });
  }
}

export async function writeHeadsFile(dir: string, description: HeadsDescription): Promise<void> {
  await writeFileAtomic(join(dir, FILE), JSON.stringify({ format: 1, ...description }, null, 2) + '\n');
}
