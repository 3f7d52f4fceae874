/**
 * Logits and scores of a whole split, by a session that trains or one that only predicts: no dropout. Batches are by length, results in
 * the dataset's order.
 */
import { evaluationBatches } from '../data/evaluation-batches.js';
import { packTokens } from '../data/pack.js';
import type { TokenizedDataset } from '../data/types.js';
import { outputsOf } from '../distill/targets.js';
import { scoreTask } from '../metrics/index.js';
import type { Head } from '../nn/head.js';
import { BornAgainError } from '../util/errors.js';
import type { MetricScores, OnEvent } from './events.js';
import type { Session } from './session.js';

export interface EvaluationOptions {
  readonly session: Session;
  /** The session's heads, in its order. */
  readonly heads: readonly Head[];
  /** Tokens per batch. */
  readonly batchTokens: number;
  readonly signal?: AbortSignal | undefined;
}

/** Index of the head that predicts the dataset's task (AX: MNLI's). Throws ERR_UNKNOWN_TASK, naming the heads there are. */
export function headIndex(heads: readonly Head[], task: TokenizedDataset['task']): number {
  const index = heads.findIndex((head) => head.task === task.head);
  if (index < 0) {
    const known = heads.map((head) => head.task).join(', ');
    throw new BornAgainError('ERR_UNKNOWN_TASK', `the model has no head for ${task.name}: its heads are ${known}`, { task: task.name });
  }
  const [learnt, asked] = [describeAnswers(heads[index]?.spec), describeAnswers(task)];
  if (learnt === asked) return index;
  throw new BornAgainError('ERR_MODEL_FOLDER', `the model's head for ${task.head} has ${learnt}, the task ${task.name} has ${asked}`, {
    task: task.name,
  });
}

/** What a head answers with, or a task's labels are: they must be the same, or answers would be read as others. */
function describeAnswers(of: Pick<TokenizedDataset['task'], 'labels' | 'scoreRange'> | undefined): string {
  if (of === undefined) return 'nothing';
  return of.scoreRange === null ? `the labels ${of.labels.join(', ')}` : `scores from ${of.scoreRange.join(' to ')}`;
}

/**
 * [N · outputs] logits, or the predicted scalar of a regression head, example by example.
 * @throws BornAgainError ERR_UNKNOWN_TASK, ERR_CANCELLED
 */
export async function computeLogits(options: EvaluationOptions, dataset: TokenizedDataset): Promise<Float32Array> {
  const { session, heads, batchTokens, signal } = options;
  const head = headIndex(heads, dataset.task);
  const outputs = heads[head]?.outputs ?? 0;
  const logits = new Float32Array(dataset.size * outputs);
  const answer = async (indices: Uint32Array): Promise<void> => {
    const values = await session.evaluate(packTokens(dataset, indices, head));
    indices.forEach((index, row) => logits.set(values.subarray(row * outputs, (row + 1) * outputs), index * outputs));
  };
  // One batch waits in the session, packed while the one before it is computed.
  const answers: Promise<void>[] = [];
  try {
    for (const indices of evaluationBatches(dataset, batchTokens)) {
      if (signal?.aborted === true) throw new BornAgainError('ERR_CANCELLED', `cancelled while ${dataset.task.name} was evaluated`);
      const next = answer(indices);
      // It is awaited when its turn comes: until then a rejection is not one that nobody heard.
      next.catch(() => undefined);
      answers.push(next);
      if (answers.length > 1) await answers.shift();
    }
    await answers.shift();
  } finally {
    await Promise.allSettled(answers);
  }
  return logits;
}

/** Class indices by the largest logit (the first of equals), or the scalars themselves where `outputs` is 1. A NaN logit gives NaN. */
export function predictionsOf(logits: Float32Array, outputs: number): Float32Array {
  if (outputs === 1) return logits;
  return Float32Array.from({ length: logits.length / outputs }, (_, row) => {
    const own = logits.subarray(row * outputs, (row + 1) * outputs);
    return own.some(Number.isNaN) ? Number.NaN : own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  });
}

export interface DatasetScores {
  readonly scores: MetricScores;
  /** What they were computed from (`computeLogits`). */
  readonly logits: Float32Array;
  /** Scores that are undefined and were set to 0 by convention, said in words. */
  readonly warnings: readonly string[];
}

/** @throws BornAgainError ERR_INVALID_ARGUMENT where the split has no labels */
export async function scoreDataset(options: EvaluationOptions, dataset: TokenizedDataset): Promise<DatasetScores> {
  const { task } = dataset;
  const logits = await computeLogits(options, dataset);
  const gold = Float32Array.from({ length: dataset.size }, (_, index) => dataset.label(index));
  const { scores, warnings } = scoreTask(task.metrics, predictionsOf(logits, outputsOf(task)), gold);
  return { scores, logits, warnings: warnings.map((warning) => `${task.title} ${dataset.split}: ${warning}`) };
}

/** As `scoreDataset`, its warnings sent as notices. */
export async function scoreWithNotices(
  options: EvaluationOptions,
  dataset: TokenizedDataset,
  onEvent: OnEvent,
  runId?: string,
): Promise<Omit<DatasetScores, 'warnings'>> {
  const { warnings, ...scored } = await scoreDataset(options, dataset);
  for (const message of warnings) onEvent({ kind: 'notice', level: 'warning', message, ...(runId === undefined ? {} : { runId }) });
  return scored;
}
