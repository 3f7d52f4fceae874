/** The majority baseline, against the one that the sample data's own script computed. */
import { expect, it } from 'vitest';
import { majorityScores } from '../../src/experiment/majority.js';
import { labelled } from './labelled.js';

it.each([
  // 34 of 50 are 1: precision 0.68, recall 1 (baselines.json of mini-glue has these numbers of MRPC).
  ['mrpc', [...Array<number>(34).fill(1), ...Array<number>(16).fill(0)], { accuracy: 0.68, f1: 0.8095238095238095 }],
  // 63 of 100 are 0, the class that F1 does not look for (QQP's numbers there).
  ['qqp', [...Array<number>(63).fill(0), ...Array<number>(37).fill(1)], { accuracy: 0.63, f1: 0 }],
  ['mnli', [2, 0, 2, 1], { accuracy: 0.5 }],
  ['stsb', [0, 0.5, 1], { pearson: 0, spearman: 0 }],
] as const)('of %s', (task, gold, scores) => {
  expect(majorityScores(labelled(task, gold))).toEqual(scores);
});

it('of an error is that of the mean: the variance of the gold scores', () => {
  const dev = labelled('stsb', [0, 0.5, 1]);
  expect(majorityScores({ ...dev, task: { ...dev.task, metrics: ['mse'] } }).mse).toBeCloseTo(1 / 6, 7);
});
