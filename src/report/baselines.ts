/**
 * The scores to beat, from `baselines.json` beside the data: always answering with the commonest class, and a bag-of-words classifier.
 * A data folder without that file has no baselines; one whose file is malformed is an error, since a missing column would look the same.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { METRIC_NAMES } from '../metrics/index.js';
import { BornAgainError } from '../util/errors.js';

const scores = z.partialRecord(z.enum(METRIC_NAMES), z.number());
const baselinesSchema = z.record(z.string(), z.object({ metric: z.enum(METRIC_NAMES), majority: scores, bagOfWords: scores }));

/** By task name. Scores are fractions on the dev set. */
export type Baselines = z.infer<typeof baselinesSchema>;
export type BaselineKind = 'majority' | 'bagOfWords';

/**
 * @returns null where the folder holds no baselines.json
 * @throws BornAgainError ERR_DATA_FORMAT
 */
export function readBaselines(dataDir: string): Baselines | null {
  const file = join(dataDir, 'baselines.json');
  if (!existsSync(file)) return null;
  const parsed = baselinesSchema.safeParse(parse(file, readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new BornAgainError('ERR_DATA_FORMAT', `${file}: ${reasons}`, { file });
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new BornAgainError('ERR_DATA_FORMAT', `${file}: this is no JSON: ${(cause as Error).message}`, { file }, { cause });
  }
}
