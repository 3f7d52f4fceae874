/** One arm beside another, seed by seed. */
import { expect, it } from 'vitest';
import { differences, type Difference } from '../../../src/report/analysis/differences.js';
import { scoreRows } from '../../../src/report/analysis/scores.js';
import { madeExperiment, resultOf } from '../made-experiment.js';

/** Of RTE, the seeds from 1 on. */
function onRte(base: readonly number[], own: readonly number[]): Difference | undefined {
  const resultsOf = (arm: string, scores: readonly number[]) => scores.map((rte, seed) => resultOf(arm, seed + 1, { rte }));
  const results = [...resultsOf('single', base), ...resultsOf('multi', own)];
  const rows = scoreRows(madeExperiment({ arms: ['single', 'multi'], tasks: ['rte', 'mrpc'] }, undefined, results));
  return differences(rows, 'multi', 'single').find(({ key }) => key === 'rte');
}

const BASE = [0.5, 0.5, 0.75, 0.25, 0.5];
const OWN = [0.75, 0.625, 0.75, 0.5, 1];

it('is that of the medians, and the median of the differences of the seeds that both have', () => {
  // Differences: 0.25, 0.125, 0, 0.25, 0.5.
  expect(onRte(BASE, OWN)).toMatchObject({ ofMedians: 0.25, pairs: 5, paired: 0.25 });
  expect(onRte(BASE.slice(0, 3), OWN)).toMatchObject({ ofMedians: 0.25, pairs: 3, paired: 0.125 });
});

it('has an interval from five pairs on', () => {
  expect(onRte(BASE, OWN)?.interval).not.toBeNull();
  expect(onRte(BASE.slice(0, 4), OWN)?.interval).toBeNull();
});
