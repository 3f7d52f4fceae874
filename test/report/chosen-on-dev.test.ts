/** What the report shows where dev decides: of a grid search, and of the evaluations during training. From a real experiment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { devCurves } from '../../src/report/analysis/dev-curves.js';
import { loadExperiment } from '../../src/report/load/experiment.js';
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

  it('costs what was trained: a trial’s model that was chosen is not counted again', () => {
    const models = Object.fromEntries(rowsOf('cost').map(({ arm, models: count }) => [arm, Number(count)]));
    // Two tasks: two trials of each setting; of three seeds the third alone was trained with the chosen one.
    expect(models).toEqual({ 'single@rate-1e-7-decay-1': 4, 'single@rate-0.001-decay-1': 4, single: 2, all: 10 });
  });

  it('shows the α that it chose, and says that rates may differ', async () => {
    const { outDir } = await reportedExperiment({
      tasks: ['rte'],
      arms: ['single'],
      single: { epochs: 1, batchSize: 8, grid: { layerDecay: [0.8, 0.5] } },
    });
    const { grid = [] } = JSON.parse(readFileSync(join(outDir, 'results.json'), 'utf8')) as ExperimentResults;
    const layers: Record<string, string>[] = parse(readFileSync(join(outDir, 'report', 'tables', 'layers.csv'), 'utf8'), { columns: true });
    expect(layers.map((row) => [Number(row['α']), row['arms']])).toEqual([[grid[0]?.chosen.layerDecay, 'single']]);
    const page = readFileSync(join(outDir, 'report', 'index.html'), 'utf8');
    expect(page).toContain('Where a grid chose the rate');
    expect(page).not.toContain('PAPER.md');
  });

  it('says with how many seeds', () => {
    expect(read('report', 'index.html')).toContain('Each setting was trained with 2 seeds');
  });
});

describe('the dev scores during training in a report', () => {
  const logOf = (task: string, seed: number): { step: number; tasks: Record<string, Record<string, number>> }[] =>
    read('runs', 'single', task, `seed-${seed}`, 'selection.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as never);

  it.each([
    ['rte', 'RTE', 'accuracy'],
    ['stsb', 'STS-B', 'spearman'],
  ])('are those of the logs of %s, over the seeds', (task, title, metric) => {
    const logs = [1, 2, 3].map((seed) => logOf(task, seed));
    const rows = rowsOf('dev-scores').filter((row) => row['task'] === title);
    const last = logs[0]?.at(-1)?.step ?? NaN;
    expect(rows.length).toBeGreaterThan(1);
    const found = rows.map((row) => ['step', 'steps done', 'smallest', 'median', 'largest', 'seeds'].map((name) => Number(row[name])));
    const expected = logs[0]?.map(({ step }, evaluation) => {
      const scores = logs.map((log) => log[evaluation]?.tasks[task]?.[metric] ?? NaN).sort((a, b) => a - b);
      return [step, step / last, ...scores, 3];
    });
    expect(found).toEqual(expected);
    expect(readFileSync(join(made.outDir, 'report', 'figures', `dev-${task}.svg`), 'utf8')).toContain('<svg');
  });

  it('say how many seeds are left where some stopped early', async () => {
    const loaded = await loadExperiment(made.outDir);
    const runs = loaded.runs.map((run) => (run.run.seed === 1 ? { ...run, evaluations: run.evaluations.slice(0, 1) } : run));
    const curve = devCurves({ ...loaded, runs }).find(({ task }) => task === 'rte');
    const [, second] = [2, 3].map((seed) => logOf('rte', seed)[1]?.tasks['rte']?.['accuracy'] ?? NaN).sort((a, b) => a - b);
    expect(curve?.points.map(({ seeds }) => seeds)).toEqual([
      3,
      ...logOf('rte', 2)
        .slice(1)
        .map(() => 2),
    ]);
    expect(curve?.points[1]?.high).toBe(second);
    expect(curve?.points.at(-1)?.progress).toBe(1);
  });
});
