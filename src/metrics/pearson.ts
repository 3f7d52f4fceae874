/**
 * Pearson's correlation, as scipy's pearsonr: both sides centred, then scaled by their largest deviation, so that neither tiny nor huge
 * values under- or overflow when squared. Where the values are large beside their spread (1e12 and 1, say), the last digits of the input
 * itself are gone, and no formula gives 1e-12.
 */
import { clipped, constantInput } from './constant.js';
import type { Metric } from './types.js';

/** 0 with a warning where predictions or gold are constant, a single example included. */
export const pearson: Metric = (predictions, gold) =>
  constantInput('pearson', predictions, gold) ?? { value: clipped(correlation(deviations(predictions), deviations(gold))) };

function correlation(a: Float64Array, b: Float64Array): number {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  a.forEach((value, i) => {
    const other = b[i] ?? NaN;
    product += value * other;
    squareA += value * value;
    squareB += other * other;
  });
  return product / Math.sqrt(squareA * squareB);
}

/** From the mean, in units of the largest: [-1, 1]. */
function deviations(values: ArrayLike<number>): Float64Array {
  const centred = centre(centre(Float64Array.from(values)));
  const largest = centred.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return centred.map((value) => value / largest);
}

/** Twice, because rounding leaves the first mean a little off. Divided before the sum, which could overflow. */
function centre(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return values.map((value) => value - mean);
}
