/** Labels between their three forms: the text in a file, the number a model learns (class index, or score in [0, 1]), the text printed. */
import { BornAgainError } from '../util/errors.js';
import type { TaskDefinition } from './types.js';

/** What a file may write for a score. Stricter than Number(), which takes '', ' 1', '0x1' and 'Infinity'. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * A file's label text as a number: the class index, or the score scaled to [0, 1].
 * @returns a string saying what is wrong with the label where it is not one of the task's
 */
export function parseLabel(task: TaskDefinition, text: string): number | string {
  if (task.scoreRange === null) {
    const index = task.labels.indexOf(text);
    return index >= 0
      ? index
      : `unknown label '${text}'; the labels of ${task.title} are ${task.labels.map((name) => `'${name}'`).join(', ')}`;
  }
  const [low, high] = task.scoreRange;
  if (!DECIMAL.test(text)) return `the score '${text}' is not a number`;
  const score = Number(text);
  if (score < low || score > high) return `the score ${text} is out of range; ${task.title} scores lie in [${low}, ${high}]`;
  return scaledScore(task, score);
}

/** Name of a class: `labelName(rte, 1)` is `not_entailment`. */
export function labelName(task: TaskDefinition, index: number): string {
  const name = task.labels[index];
  if (name === undefined) {
    throw new BornAgainError('ERR_INVALID_ARGUMENT', `${task.title} has no class ${index}: it has ${task.labels.length} classes`, {
      index,
    });
  }
  return name;
}

/** A raw score (STS-B: 0 to 5) scaled to [0, 1]. */
export function scaledScore(task: TaskDefinition, raw: number): number {
  const [low, high] = scoreRange(task);
  return (raw - low) / (high - low);
}

/** The inverse of `scaledScore`. Not clamped: a linear head may predict outside [0, 1]. */
export function rawScore(task: TaskDefinition, scaled: number): number {
  const [low, high] = scoreRange(task);
  return low + scaled * (high - low);
}

/** A scaled score as GLUE's upload wants it: raw, clamped to the task's range (the server refuses others), three decimals. */
export function formatScore(task: TaskDefinition, scaled: number): string {
  if (!Number.isFinite(scaled)) {
    throw new BornAgainError('ERR_INVALID_ARGUMENT', `cannot write ${scaled} as a score of ${task.title}: it is not a finite number`, {
      scaled,
    });
  }
  const [low, high] = scoreRange(task);
  return Math.min(high, Math.max(low, rawScore(task, scaled))).toFixed(3);
}

function scoreRange(task: TaskDefinition): readonly [number, number] {
  if (task.scoreRange === null) {
    throw new BornAgainError('ERR_INVALID_ARGUMENT', `${task.title} is a classification task: it has labels, not scores`, {
      task: task.name,
    });
  }
  return task.scoreRange;
}
