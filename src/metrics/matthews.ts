/**
 * Matthews correlation for any number of classes: Gorodkin's R_K, which for two classes is the usual phi coefficient. As scikit-learn's
 * matthews_corrcoef. AX needs the three-class form.
 */
import type { Metric } from './types.js';

/** Where predictions or gold hold one class only the denominator is 0: the value is 0 with a warning (scikit-learn gives the 0 too). */
export const matthews: Metric = (predictions, gold) => {
  const predicted = countClasses(predictions);
  const actual = countClasses(gold);
  let correct = 0;
  for (let i = 0; i < gold.length; i++) if (predictions[i] === gold[i]) correct += 1;
  const n = gold.length;
  const predictedVariance = n * n - sumOfProducts(predicted, predicted);
  const actualVariance = n * n - sumOfProducts(actual, actual);
  if (predictedVariance === 0 || actualVariance === 0) {
    const where = predictedVariance === 0 ? 'predictions' : 'gold labels';
    return { value: 0, warning: `matthews is undefined: all ${where} are of one class; 0 is given` };
  }
  const covariance = correct * n - sumOfProducts(predicted, actual);
  return { value: covariance / Math.sqrt(predictedVariance * actualVariance) };
};

function countClasses(values: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of Array.from(values)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function sumOfProducts(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [key, count] of a) sum += count * (b.get(key) ?? 0);
  return sum;
}
