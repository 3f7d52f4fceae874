/**
 * `predictions.jsonl` of a run: what its model answered on the dev sets, from which its scores were computed. One line for each example,
 * all tasks on `dev` and then MNLI on `dev_mismatched`. The same model writes the same bytes.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { TokenizedDataset } from '../data/types.js';
import { softmax } from '../distill/softmax.js';
import { outputsOf } from '../distill/targets.js';
import { labelName, rawScore } from '../tasks/index.js';
import { predictionsOf } from '../train/evaluate.js';
import { writeStreamAtomic } from '../util/atomic-file.js';
import { readJsonLines } from './json-lines.js';

/** Of probabilities, and of gold scores, which come from texts such as 3.75. */
const DIGITS = 6;
/** Tells any two float32 apart: a model may answer nearly the same score to everything, and its correlations are in what is left. */
const FLOAT32_DIGITS = 9;
const LINES_PER_CHUNK = 1024;

const recordSchema = z.strictObject({
  task: z.string(),
  /** MNLI's `dev` is the matched set. */
  split: z.enum(['dev', 'dev_mismatched']),
  /** Place among the split's examples as they are read, from 0; rows that were left out do not count. */
  index: z.int().nonnegative(),
  /** Label, or for regression the score in the task's raw range (STS-B: 0 to 5). */
  gold: z.union([z.string(), z.number()]),
  /** Likewise, not clamped; null where the model's output was not finite. */
  prediction: z.union([z.string(), z.number()]).nullable(),
  /** In the order of the task's labels, which is the head's; null for regression. */
  probabilities: z.array(z.number().nullable()).nullable(),
});

export type PredictionRecord = Readonly<z.infer<typeof recordSchema>>;

/** A split and what a model answered: its outputs example by example. [N · outputs] */
export interface AnsweredSplit {
  readonly dataset: TokenizedDataset;
  readonly logits: Float32Array;
}

/** Its name in a run's folder. */
export const PREDICTIONS = 'predictions.jsonl';

export const predictionsFile = (runFolder: string): string => join(runFolder, PREDICTIONS);

/** Replaces the file of that run's folder as a whole. Throws ERR_IO. */
export async function writePredictions(runFolder: string, splits: readonly AnsweredSplit[]): Promise<void> {
  await writeStreamAtomic(predictionsFile(runFolder), async (write) => {
    for (const split of splits) for (const lines of chunksOf(split)) await write(Buffer.from(lines));
  });
}

/**
 * The lines in order, some hundreds at a time in memory.
 * @throws BornAgainError ERR_IO when there is no such file, ERR_OUTPUT_FOLDER naming the line that is malformed
 */
export function readPredictions(runFolder: string): AsyncGenerator<PredictionRecord> {
  return readJsonLines(predictionsFile(runFolder), (json) => recordSchema.parse(json), 'Remove the file: the same command writes it anew');
}

function* chunksOf(split: AnsweredSplit): Generator<string> {
  const answers = predictionsOf(split.logits, outputsOf(split.dataset.task));
  for (let start = 0; start < answers.length; start += LINES_PER_CHUNK) {
    const end = Math.min(answers.length, start + LINES_PER_CHUNK);
    let lines = '';
    for (let index = start; index < end; index += 1) lines += `${JSON.stringify(recordOf(split, index, answers[index] as number))}\n`;
    yield lines;
  }
}

/** Numbers that are not finite become null, as JSON has them. */
function recordOf({ dataset, logits }: AnsweredSplit, index: number, answer: number): Record<keyof PredictionRecord, unknown> {
  const { task, split } = dataset;
  const place = { task: task.name, split, index };
  if (task.kind === 'regression') {
    const gold = rounded(rawScore(task, dataset.label(index)));
    return { ...place, gold, prediction: rounded(rawScore(task, answer), FLOAT32_DIGITS), probabilities: null };
  }
  const outputs = task.labels.length;
  const probabilities = softmax(logits.subarray(index * outputs, (index + 1) * outputs));
  return {
    ...place,
    gold: labelName(task, dataset.label(index)),
    prediction: Number.isNaN(answer) ? null : labelName(task, answer),
    probabilities: [...probabilities].map((value) => rounded(value)),
  };
}

function rounded(value: number, digits = DIGITS): number {
  return Number(value.toPrecision(digits));
}
