/**
 * Binary F1 of class 1: 2 tp / (2 tp + fp + fn), as scikit-learn's f1_score. The reference code's F1 takes precision for recall
 * (docs/paper.md section 3): its numbers are not comparable.
 */
import { BornAgainError } from '../util/errors.js';
import type { Metric } from './types.js';

/** Without any positive, gold or predicted, F1 is undefined: 0 and a warning, as scikit-learn. */
export const f1: Metric = (predictions, gold) => {
  let truePositives = 0;
  let positives = 0;
  for (let i = 0; i < gold.length; i++) {
    const predicted = binaryClass(predictions[i], i);
    const actual = binaryClass(gold[i], i);
    positives += predicted + actual;
    truePositives += predicted * actual;
  }
  if (positives === 0)
    return { value: 0, warning: 'f1 is undefined: neither a prediction nor a gold label is of the positive class; 0 is given' };
  return { value: (2 * truePositives) / positives };
};

function binaryClass(value: number | undefined, row: number): number {
  if (value === 0 || value === 1) return value;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `f1 is for two classes, 0 and 1; row ${row} has ${value}`, { row, value });
}
