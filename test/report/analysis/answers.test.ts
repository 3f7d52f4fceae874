/** Calibration, confusion and agreement against scikit-learn (test/fixtures/report/make_report.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/report/analysis/agreement.js';
import { calibrationOf } from '../../../src/report/analysis/calibration.js';
import { confusionOf } from '../../../src/report/analysis/confusion.js';
import { pairDisagreements } from '../../../src/report/analysis/disagreements.js';
import type { TaskAnswers } from '../../../src/report/load/answers.js';
import { taskByName } from '../../../src/tasks/index.js';

interface Case {
  readonly classes: number;
  readonly gold: readonly number[];
  readonly probabilities: readonly number[];
  readonly answers: readonly number[];
  readonly teacher: readonly number[];
  readonly bins: { readonly counts: readonly number[]; readonly accuracies: readonly number[]; readonly confidences: readonly number[] };
  readonly error: number;
  readonly brier: number;
  readonly confusion: readonly (readonly number[])[];
  readonly agreement: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

const CASES = JSON.parse(readFileSync(new URL('../../fixtures/report/report.json', import.meta.url), 'utf8')) as Case[];

function answersOf({ classes, gold, probabilities, answers }: Case, own: readonly number[] = answers): TaskAnswers {
  const task = taskByName(classes === 2 ? 'rte' : 'mnli');
  return { task, gold: Float32Array.from(gold), answers: Float32Array.from(own), probabilities: Float32Array.from(probabilities) };
}

const close = (list: readonly number[]): unknown[] => list.map((value) => expect.closeTo(value, 9) as unknown);

describe.each(CASES.map((each) => [`${each.gold.length} answers, ${each.classes} classes`, each] as const))('%s', (_name, each) => {
  it('has the bins, errors and Brier score of scikit-learn', () => {
    const { bins, error, brier } = calibrationOf([answersOf(each)]);
    expect(bins.map(({ count }) => count)).toEqual(each.bins.counts);
    expect(bins.map(({ accuracy }) => accuracy)).toEqual(close(each.bins.accuracies));
    expect(bins.map(({ confidence }) => confidence)).toEqual(close(each.bins.confidences));
    expect(error).toBeCloseTo(each.error, 9);
    expect(brier).toBeCloseTo(each.brier, 9);
  });

  it('has its confusion matrix', () => {
    expect(confusionOf([answersOf(each)])).toEqual({ counts: each.confusion, unanswered: 0 });
  });

  it('agrees with a teacher as often, and finds who is right', () => {
    const { agreement, outcomes } = compare(answersOf(each), answersOf(each, each.teacher));
    expect(agreement).toBeCloseTo(each.agreement, 12);
    for (const [name, share] of Object.entries(each.outcomes)) expect(outcomes).toHaveProperty(name, expect.closeTo(share, 12));
    const found = pairDisagreements(answersOf(each), answersOf(each, each.teacher));
    expect(found.length).toBe(Math.round((1 - (each.outcomes['bothRight'] ?? 0)) * each.gold.length));
  });
});

describe('an answer that is not finite', () => {
  it('counts in no bin and no cell, and is told', () => {
    const [first] = CASES as [Case];
    const broken = answersOf(first);
    broken.answers[0] = NaN;
    expect(confusionOf([broken]).unanswered).toBe(1);
    expect(calibrationOf([broken]).bins.reduce((sum, { count }) => sum + count, 0)).toBe(first.gold.length - 1);
  });
});
