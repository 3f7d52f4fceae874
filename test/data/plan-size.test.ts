/** The counts of a plan that are formulas: steps of a training in epochs, and the exponent of sampling on its way. */
import { describe, expect, it } from 'vitest';
import { epochSteps, exponentAt } from '../../src/data/plan-size.js';

describe('epochSteps', () => {
  it.each([
    [2, 6],
    [1.5, 4],
    [1.9, 5],
    [0.1, 1],
  ])('are the whole steps of %d epochs of three, at least one: %d', (epochs, steps) => {
    expect(epochSteps([6, 4], 4, epochs)).toBe(steps);
  });
});

describe('exponentAt', () => {
  const course = (steps: number, end: number | null): number[] =>
    Array.from({ length: steps }, (_, step) => exponentAt(step, steps, 1, end));

  it('is at its end in the last step, in a straight line', () => {
    expect(course(5, 0)).toEqual([1, 0.75, 0.5, 0.25, 0]);
    expect(course(2, 0.5)).toEqual([1, 0.5]);
  });

  it('stays where it is without an end, and in a single step', () => {
    expect(course(3, null)).toEqual([1, 1, 1]);
    expect(course(1, 0)).toEqual([1]);
  });
});
