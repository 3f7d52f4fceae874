/** Mean squared error, as scikit-learn's mean_squared_error; of scores scaled to [0, 1] where the task's are. */
import type { Metric } from './types.js';

export const meanSquaredError: Metric = (predictions, gold) => {
  let sum = 0;
  for (let i = 0; i < gold.length; i++) sum += ((predictions[i] ?? NaN) - (gold[i] ?? NaN)) ** 2;
  return { value: sum / gold.length };
};
