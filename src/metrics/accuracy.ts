/** Accuracy: the share of predictions that equal the gold class. As scikit-learn's accuracy_score. */
import type { Metric } from './types.js';

export const accuracy: Metric = (predictions, gold) => {
  let correct = 0;
  for (let i = 0; i < gold.length; i++) if (predictions[i] === gold[i]) correct += 1;
  return { value: correct / gold.length };
};
