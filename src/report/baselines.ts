/**
 * The scores to beat, from `baselines.json` beside the data: always answering with the commonest class, and a bag-of-words classifier.
 * A data folder without that file has no baselines; one whose file is malformed is an error, since a missing column would look the same.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { METRIC_NAMES, type MetricName } from '../metrics/index.js';
import type { MetricScores, TaskScores } from '../train/events.js';
import { BornAgainError } from '../util/errors.js';

const scores = z.partialRecord(z.enum(METRIC_NAMES), z.number());
const baselinesSchema = z.record(z.string(), z.object({ metric: z.enum(METRIC_NAMES), majority: scores, bagOfWords: scores }));

/** By task name. Scores are fractions on the dev set. */
export type Baselines = Readonly<Record<string, Readonly<Record<BaselineKind, MetricScores>>>>;
export const BASELINE_TITLES = { majority: 'majority', bagOfWords: 'bag of words' } as const;
export type BaselineKind = keyof typeof BASELINE_TITLES;

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

/** A file's scores have four decimals. */
const DECIMALS = 4;

/**
 * The majority of the data at hand, and the file's bag of words. The file does not say which data it was made from: where the majority of a
 * task differs from what it says, that one's was other data.
 * @param majority as results.json has it; undefined in older ones, for which the file is all there is
 */
export function baselinesOf(majority: TaskScores | undefined, file: Baselines | null): Baselines | null {
  if (majority === undefined) return file;
  const merged = Object.entries(majority).map(([task, own]) => {
    const theirs = file?.[task];
    return [task, { majority: own, bagOfWords: agree(own, theirs?.majority ?? {}) ? (theirs?.bagOfWords ?? {}) : {} }];
  });
  return Object.fromEntries(merged) as Baselines;
}

/** In the metrics that both have. */
function agree(own: MetricScores, others: MetricScores): boolean {
  return (Object.keys(own) as MetricName[]).every((metric) => {
    const [a, b] = [own[metric], others[metric]];
    return a === undefined || b === undefined || Math.abs(a - b) < 10 ** -DECIMALS;
  });
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new BornAgainError('ERR_DATA_FORMAT', `${file}: this is no JSON: ${(cause as Error).message}`, { file }, { cause });
  }
}
