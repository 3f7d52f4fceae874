/** What the report shows where dev decides: of a grid search, and of the evaluations during training. From a real experiment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { reportedExperiment, type ReportedExperiment } from './report-rig.js';

let made: ReportedExperiment;
const read = (...path: string[]): string => readFileSync(join(made.outDir, ...path), 'utf8');
const rowsOf = (table: string): Record<string, string>[] => parse(read('report', 'tables', `${table}.csv`), { columns: true });

beforeAll(async () => {
  made = await reportedExperiment({
    tasks: ['rte', 'stsb'],
    arms: ['single'],
    seeds: [1, 2, 3],
    single: { epochs: 1, batchSize: 8, grid: { learningRate: [1e-7, 1e-3], seeds: 2 } },
    selection: { keep: 'best', every: 2 },
  });
});

describe('the grid search in a report', () => {
  it('has every setting that was tried, with its score in results.json, and the chosen one', () => {
    const { grid = [] } = JSON.parse(read('results.json')) as ExperimentResults;
    expect(grid).toHaveLength(2);
    const expected = grid.flatMap(({ points, chosen }) => {
      const best = Math.max(...points.map(({ score }) => score));
      return points.map(({ learningRate, score }) => [learningRate, score, score - best, learningRate === chosen.learningRate]);
    });
    const rows = rowsOf('grid');
    expect(rows.map((row) => row['model of'])).toEqual(['RTE', 'RTE', 'STS-B', 'STS-B']);
    const found = rows.map((row) => [
      ...[row['learning rate'], row['dev score'], row['behind the chosen']].map(Number),
      row['chosen'] === 'yes',
    ]);
    expect(found).toEqual(expected);
  });

  it('says with how many seeds', () => {
    expect(read('report', 'index.html')).toContain('Each setting was trained with 2 seeds');
  });
});
