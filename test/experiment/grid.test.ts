/** A grid over learning rate and layer decay in an experiment: what is tried, what is taken, and that nothing is trained twice for it. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../src/config/schema.js';
import { planRuns, type PlannedRun } from '../../src/experiment/arms.js';
import { forecast } from '../../src/experiment/forecast.js';
import { chooseSetting, type Grid, type GridResult } from '../../src/experiment/grid.js';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { trainOne } from '../../src/experiment/train-one.js';
import { readSafetensors } from '../../src/nn/safetensors.js';
import { renderReport } from '../../src/report/index.js';
import { taskByName } from '../../src/tasks/index.js';
import type { TrainingEvent } from '../../src/train/events.js';
import { recordOf } from '../report/made-experiment.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';
import { experiment, experimentConfig, started, weights } from './experiment-rig.js';

const single = { epochs: 1, batchSize: 8, grid: { learningRate: [1e-7, 1e-3, 1e-2] } };
const config: ConfigInput = { tasks: ['rte', 'stsb'], arms: ['single'], seeds: [1, 2], single };
let place: Place;
let outDir: string;
let results: ExperimentResults;
let events: TrainingEvent[];

beforeAll(async () => {
  const dataDir = await smallData(['RTE', 'STS-B'], 25);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
  outDir = await temporaryFolder();
  ({ results, events } = await experiment({ ...place, outDir, config }));
});

const record = async (id: string): Promise<{ arm: string; scores: Record<string, Record<string, number>>; settings: object }> =>
  JSON.parse(await readFile(join(outDir, 'runs', id, 'result.json'), 'utf8')) as never;

describe('chooseSetting', () => {
  /** @param accuracies of the two seeds, by rate */
  function chosen(accuracies: readonly (readonly [number, number])[]): GridResult | null {
    const learningRate = accuracies.map((_, i) => 10 ** -(i + 2));
    const grid = { learningRate, seeds: 2 };
    const runs = planRuns(experimentConfig({ tasks: ['rte'], arms: ['single'], seeds: [1, 2], single: { grid } }));
    const trials = runs.filter(({ arm }) => arm !== 'single');
    const scoreOf = ({ seed, config: { single: own } }: PlannedRun): number =>
      accuracies[learningRate.indexOf(own.learningRate)]?.[seed - 1] ?? NaN;
    const records = new Map(trials.map((run) => [run.id, { ...recordOf(run), scores: { rte: { accuracy: scoreOf(run) } } }]));
    const run = runs.find(({ arm }) => arm === 'single') as PlannedRun;
    return chooseSetting(run, run.grid as Grid, records, [taskByName('rte')]);
  }

  it('takes the best mean over the seeds, the first of equals', () => {
    // Means: 0.5, 0.75, 0.75 and 0.625.
    const result = chosen([
      [0.5, 0.5],
      [0.5, 1],
      [0.75, 0.75],
      [1, 0.25],
    ]);
    expect(result?.points.map(({ score }) => score)).toEqual([0.5, 0.75, 0.75, 0.625]);
    expect(result?.chosen).toEqual({ learningRate: 1e-3, layerDecay: 1 });
  });
});

describe('a grid of an experiment', () => {
  it('takes for each task the setting that is best on dev, and says what was tried', async () => {
    expect(results.grid?.map(({ arm, task, seeds }) => [arm, task, seeds])).toEqual([
      ['single', 'rte', [1]],
      ['single', 'stsb', [1]],
    ]);
    for (const { task, points, chosen } of results.grid ?? []) {
      const metric = task === 'rte' ? 'accuracy' : 'spearman';
      const rates = [1e-7, 1e-3, 1e-2];
      const scores = await Promise.all(
        rates.map(async (rate) => (await record(`single@rate-${rate}-decay-1/${task}/seed-1`)).scores[task]?.[metric]),
      );
      expect(points).toEqual(rates.map((learningRate, i) => ({ learningRate, layerDecay: 1, score: scores[i] })));
      const best = scores.indexOf(Math.max(...(scores as number[])));
      expect(chosen).toEqual({ learningRate: rates[best], layerDecay: 1 });
      for (const seed of [1, 2]) {
        expect((await record(`single/${task}/seed-${seed}`)).settings).toMatchObject({ 'single.learningRate': chosen.learningRate });
      }
    }
  });

  it('trains each setting once: the chosen trial is the run of its seed', async () => {
    const ran = started(events);
    expect(ran).toHaveLength(8);
    expect(ran.filter((id) => id.startsWith('single/'))).toEqual(['single/rte/seed-2', 'single/stsb/seed-2']);
    const rate = results.grid?.[0]?.chosen.learningRate;
    const [trial, taken] = [`single@rate-${rate}-decay-1/rte/seed-1`, 'single/rte/seed-1'].map((id) => join(outDir, 'runs', id, 'model'));
    const file = async (folder: string | undefined, name: string): Promise<string> => readFile(join(folder ?? '', name), 'utf8');
    expect((await stat(join(taken ?? '', 'model.safetensors'))).ino).toBe((await stat(join(trial ?? '', 'model.safetensors'))).ino);
    expect(JSON.parse(await file(taken, 'bornagain.json'))).toMatchObject({ info: { arm: 'single', seed: 1 } });
    expect(await file(taken, 'README.md')).toContain('# single model, seed 1');
    expect(await record('single/rte/seed-1')).toMatchObject({ arm: 'single' });
  });

  it('gives the bytes of an experiment that was told the setting', async () => {
    const chosen = results.grid?.[0]?.chosen;
    const told = await temporaryFolder();
    const other = { ...config, tasks: ['rte'], single: { epochs: 1, batchSize: 8, ...chosen } };
    const { results: own } = await experiment({ ...place, outDir: told, config: other });
    const ofRte = Object.entries(await weights(outDir)).filter(([path]) => path.startsWith('runs/single/rte'));
    expect(await weights(told)).toEqual(Object.fromEntries(ofRte));
    expect(own.runs[0]?.tasks['rte']).toEqual(results.runs[0]?.tasks['rte']);
    const [card, withGrid] = [told, outDir].map((folder) => readFile(join(folder, 'runs/single/rte/seed-2/model/README.md'), 'utf8'));
    expect((await card)?.slice(0, 200)).toBe((await withGrid)?.slice(0, 200));
  });

  it('is told with the results', () => {
    const lines = renderReport(results, null).split('\n');
    expect(lines).toContainEqual(
      expect.stringMatching(/^single, rte: rate \S+, layer decay 1 chosen on dev from 3 settings \(0\.\d{3}, 1 seed each\)$/),
    );
    expect(lines).toContainEqual(expect.stringContaining('rate one of 1e-7, 0.001, 0.01, layer decay 1'));
  });

  it('trains nothing again, and only what is new where a setting is added', async () => {
    const again = await experiment({ ...place, outDir, config });
    expect(started(again.events)).toEqual([]);
    expect(again.results).toEqual(results);
    const more = { ...config, single: { ...single, grid: { learningRate: [1e-7, 1e-3, 1e-2], layerDecay: [1, 0.5] } } };
    const { events: told } = await experiment({ ...place, outDir, config: more });
    const added = started(told);
    expect(added.filter((id) => id.startsWith('single@')).every((id) => id.includes('decay-0.5'))).toBe(true);
    expect(added.filter((id) => id.startsWith('single@'))).toHaveLength(6);
    // Runs whose setting was chosen again are left as they are, and counted.
    expect(told.filter((event) => event.kind === 'notice' && event.message.includes('predictions are missing'))).toEqual([]);
    expect(told.filter(({ kind }) => kind === 'run-finished')).toHaveLength(6 + 4);
  });

  it('does not count the chosen trial twice in a forecast', async () => {
    const { runs, modelBytes } = await forecast({ ...place, config: experimentConfig(config), onEvent: () => undefined });
    const steps = Object.fromEntries(runs.map(({ run, steps: count }) => [run.id, count]));
    expect(steps['single/rte/seed-1']).toBe(0);
    expect(steps['single/rte/seed-2']).toBe(steps['single@rate-0.001-decay-1/rte/seed-1']);
    const { tensors } = await readSafetensors(join(outDir, 'runs/single/rte/seed-1/model/model.safetensors'));
    const encoder = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    // Three trials and a second seed of two tasks; the first seed's models are links.
    expect(modelBytes).toBe(8 * encoder);
  });

  it('is refused for one model', async () => {
    const call = {
      ...place,
      config: configSchema.parse(config),
      arm: 'single',
      tasks: ['rte'],
      seed: 1,
      onEvent: () => undefined,
    } as const;
    await expect(trainOne({ ...call, outDir: await temporaryFolder() })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('single.grid'),
    });
  });
});
