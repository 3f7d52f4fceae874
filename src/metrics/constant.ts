/** Correlation with a constant is undefined. Variance cannot tell: rounding of the mean gives ten times 0.1 a variance above 0. */
import type { MetricName, Score } from './types.js';

/** The score of a correlation that has no value, 0 with a warning (scipy gives NaN), or null where both inputs vary. */
export function constantInput(metric: MetricName, predictions: ArrayLike<number>, gold: ArrayLike<number>): Score | null {
  const constant = isConstant(predictions) ? 'predictions' : isConstant(gold) ? 'gold labels' : null;
  if (constant === null) return null;
  return { value: 0, warning: `${metric} is undefined: all ${constant} are equal (${gold.length} of them); 0 is given` };
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** Rounding can carry a correlation past 1; scipy clips it too. */
export function clipped(correlation: number): number {
  return Math.min(1, Math.max(-1, correlation));
}
