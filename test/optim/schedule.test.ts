/** Against the reference's formulas in Python (test/fixtures/optim/make_optim.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/optim/schedule.js';

interface Curve {
  totalSteps: number;
  base: number;
  warmup: number;
  steps: number[];
  rates: number[];
}
const { curves } = JSON.parse(readFileSync(new URL('../fixtures/optim/optim.json', import.meta.url), 'utf8')) as { curves: Curve[] };

describe('learningRateAt', () => {
  it.each(curves)('follows the reference over $totalSteps steps with warm-up $warmup', ({ totalSteps, base, warmup, steps, rates }) => {
    const ours = steps.map((step) => learningRateAt(step, totalSteps, base, warmup));
    ours.forEach((rate, i) => expect(Math.abs(rate - (rates[i] ?? Number.NaN))).toBeLessThanOrEqual(1e-15 * base * 10));
  });

  it('starts at 0, climbs almost to the base rate, then drops onto the decay line', () => {
    const rates = Array.from({ length: 1000 }, (_, step) => learningRateAt(step, 1000, 1, 0.1));
    expect(rates[0]).toBe(0);
    expect(rates[99]).toBeCloseTo(0.99, 12);
    expect(rates[100]).toBeCloseTo(0.9, 12);
    expect(rates[999]).toBeCloseTo(0.001, 12);
  });

  it('refuses a step outside the training', () => {
    for (const step of [-1, 10, 0.5, Number.NaN]) {
      expect(() => learningRateAt(step, 10, 1e-4, 0.1)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
  });

  it('refuses a rate that is none, and a warm-up of no share of the steps', () => {
    const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error;
    for (const base of [-1e-4, Infinity, Number.NaN]) expect(() => learningRateAt(3, 10, base, 0.1)).toThrowError(invalid);
    for (const warmup of [-0.1, 1.1, Number.NaN]) expect(() => learningRateAt(3, 10, 1e-4, warmup)).toThrowError(invalid);
    expect(learningRateAt(3, 10, 0, 0.1)).toBe(0);
    expect(learningRateAt(5, 10, 1, 1)).toBe(0.5);
  });
});
