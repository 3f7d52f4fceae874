/**
 * Failed fine-tuning: a model that answers the same to everything, or scores no better on dev than the commonest gold class would. It is
 * common with few examples and says more of the seed than of the arm, so it is counted and shown (docs/statistics.md).
 */
import { outputsOf } from '../distill/targets.js';
import type { MetricScores } from '../train/events.js';
import { predictionsOf } from '../train/evaluate.js';
import { majorityScores } from './majority.js';
import type { AnsweredSplit } from './predictions.js';

/** `one answer`: one class, or one score, for every example; `majority`: the main metric is at most that of the commonest class. */
export const FAILURES = ['one answer', 'majority'] as const;
export type Failure = (typeof FAILURES)[number];

/** By task. */
export type Failures = Readonly<Record<string, Failure>>;

/** Null where the model has learnt something, or dev cannot tell. */
export function failureOf({ dataset, logits }: AnsweredSplit, scores: MetricScores): Failure | null {
  const { task, size } = dataset;
  const gold = Float32Array.from({ length: size }, (_, index) => dataset.label(index));
  // Where dev has one label, answering it to everything is right, and nothing can be told of the model.
  if (gold.every((label) => label === gold[0])) return null;
  const predictions = predictionsOf(logits, outputsOf(task));
  if (predictions.every((prediction) => prediction === predictions[0])) return 'one answer';
  return (scores[task.mainMetric] ?? 0) <= (majorityScores(dataset)[task.mainMetric] ?? 0) ? 'majority' : null;
}
