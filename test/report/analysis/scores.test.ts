/** Which averages the report shows and what it counts as failed in them, and that an arm looks the same wherever it is shown. */
import { describe, expect, it } from 'vitest';
import { reportArms } from '../../../src/report/analysis/arms.js';
import { scoreRows, type ArmScores } from '../../../src/report/analysis/scores.js';
import { seriesStyle } from '../../../src/report/charts/palette.js';
import { summaryRows } from '../../../src/report/summary-rows.js';
import type { LoadedExperiment } from '../../../src/report/load/experiment.js';
import { madeExperiment, resultOf } from '../made-experiment.js';

const averageOf = (experiment: LoadedExperiment): readonly ArmScores[] =>
  scoreRows(experiment).find(({ key }) => key === 'average')?.arms ?? [];

/** Arms whose column of the terminal's table has an average. */
function averagedArms({ results, registry, config }: LoadedExperiment): string[] {
  const { average } = summaryRows(results.summary, null, { average: config.report.average, registry });
  return results.summary.flatMap(({ arm }, column) => (average?.arms[column] === null ? [] : [arm]));
}

const TASKS = ['rte', 'mrpc', 'wnli'];
const ALL = { rte: 0.6, mrpc: 0.8, wnli: 0.5 };

describe('the average in a report', () => {
  it('counts runs that failed on a task of it, each once, and not those that failed on WNLI alone', () => {
    const failures = [{ rte: 'majority', mrpc: 'one answer' }, { wnli: 'majority' }, {}] as const;
    const results = failures.map((failed, seed) => resultOf('single', seed, ALL, failed));
    const [own] = averageOf(madeExperiment({ arms: ['single'], tasks: TASKS }, undefined, results));
    expect(own).toMatchObject({ failed: 1, seeds: { length: 3 } });
  });

  it.each([
    ['bam', ['single', 'multi']],
    ['glue', ['single']],
  ] as const)('of %s is shown for an arm without WNLI or not, on the page as in the terminal', (average, arms) => {
    const results = [resultOf('single', 1, ALL), resultOf('multi', 1, { rte: 0.6, mrpc: 0.8 })];
    const both = madeExperiment({ arms: ['single', 'multi'], tasks: TASKS, report: { average } }, undefined, results);
    expect(averageOf(both).map(({ arm }) => arm)).toEqual(arms);
    expect(averagedArms(both)).toEqual(arms);
  });

  it('is not shown for an arm that lacks a task of it', () => {
    const results = [resultOf('single', 1, ALL), resultOf('multi', 1, { rte: 0.9 })];
    const both = madeExperiment({ arms: ['single', 'multi'], tasks: TASKS }, undefined, results);
    expect(averageOf(both).map(({ arm }) => arm)).toEqual(['single']);
    expect(averagedArms(both)).toEqual(['single']);
  });
});

describe('the look of an arm', () => {
  it('is the legend’s where an arm before it has no result yet', () => {
    const experiment = madeExperiment({ arms: ['single', 'multi'], tasks: TASKS }, undefined, [resultOf('multi', 1, ALL)]);
    const legend = reportArms(experiment).find(({ name }) => name === 'multi');
    expect(averageOf(experiment)).toMatchObject([{ arm: 'multi', series: legend?.series }]);
  });

  it('is no other one’s up to 81 arms', () => {
    const looks = Array.from({ length: 81 }, (_, index) => seriesStyle(index));
    expect(new Set(looks.map(({ colour, glyph }) => colour + glyph)).size).toBe(81);
    expect(new Set(looks.map(({ colour, dash }) => `${colour} ${String(dash)}`)).size).toBe(81);
  });
});
