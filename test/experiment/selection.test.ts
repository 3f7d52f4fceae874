/** Best-on-dev selection in an experiment: what is kept, what is recorded and told, and that an interrupted one decides the same. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.js';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { describeChoices } from '../../src/report/choices.js';
import type { SelectionEvent, TrainingEvent } from '../../src/train/events.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';
import { experiment, experimentConfig, started, weights } from './experiment-rig.js';

const config: ConfigInput = { selection: { keep: 'best', every: 2 }, arms: ['multi', 'single-multi'] };
let place: Place;
let outDir: string;
let results: ExperimentResults;
let events: TrainingEvent[];

beforeAll(async () => {
  const dataDir = await smallData(['RTE', 'STS-B', 'MNLI'], 25);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
  outDir = await temporaryFolder();
  ({ results, events } = await experiment({ ...place, outDir, config }));
});

const evaluations = (runId: string): SelectionEvent[] =>
  events.filter((event) => event.kind === 'selection').filter((event) => event.runId === runId);

describe('an experiment that keeps the best model on dev', () => {
  it('reports the scores of the model it kept, which are those of its evaluation', () => {
    for (const { selection, average, tasks, arm } of results.runs) {
      const id = `${arm}/all/seed-1`;
      const scored = evaluations(id);
      expect(scored.map(({ step }) => step)).toEqual([2, 4, 6, 8, 9]);
      const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
      expect(selection).toEqual({ [id]: { keep: 'best', best: { step: best.step, score: best.score }, evaluations: 5, stoppedAt: null } });
      expect(average).toBe(best.score);
      expect(tasks).toEqual(best.tasks);
    }
  });

  it('logs every evaluation of a run, and says in its folder and its model which it kept', async () => {
    const folder = join(outDir, 'runs/multi/all/seed-1');
    const lines = (await readFile(join(folder, 'selection.jsonl'), 'utf8')).trimEnd().split('\n');
    const logged = lines.map((line) => JSON.parse(line) as object);
    expect(logged).toEqual(evaluations('multi/all/seed-1').map(({ step, score, tasks }) => ({ step, score, tasks })));
    const record = JSON.parse(await readFile(join(folder, 'result.json'), 'utf8')) as {
      selection: { best: { step: number } };
      steps: number;
    };
    expect(record).toMatchObject({ steps: 9, selection: results.runs[0]?.selection?.['multi/all/seed-1'] });
    const { info } = JSON.parse(await readFile(join(folder, 'model/bornagain.json'), 'utf8')) as { info: object };
    expect(info).toMatchObject({ made: { training: { steps: record.selection.best.step } } });
  });

  it('logs the scores of the kept model under the step it is of', async () => {
    const run = results.runs.find(({ selection }) => Object.values(selection ?? {}).some(({ best }) => best.step < 9));
    const step = Object.values(run?.selection ?? {})[0]?.best.step;
    expect(step).toBeDefined();
    const log = await readFile(join(outDir, `runs/${run?.arm}/all/seed-1/evaluations.jsonl`), 'utf8');
    const lines = log.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { step, split: 'dev', tasks: run?.tasks, average: run?.average },
      { step, split: 'dev_mismatched', tasks: run?.mismatched },
    ]);
  });

  it('is told as what it is', () => {
    const lines = describeChoices(experimentConfig(config));
    expect(lines.at(-1)).toBe(
      'selection by the dev score (bam) every 2 steps: the best model is kept. Dev scores above are of models selected on dev, so they are optimistic',
    );
    expect(describeChoices(experimentConfig()).join()).not.toContain('selection');
  });

  it('trains nothing again that is finished, and all of it when the selection is another', async () => {
    expect(started((await experiment({ ...place, outDir, config })).events)).toEqual([]);
    const other = experiment({ ...place, outDir, config: { ...config, selection: { keep: 'best', every: 4 } } });
    await expect(other).rejects.toMatchObject({
      code: 'ERR_OUTPUT_FOLDER',
      message: expect.stringContaining('selection.every is 2 there'),
    });
  });

  it.each([2, 6])('stopped at its evaluation after step %i it goes on to the same bytes', async (step) => {
    const folder = await temporaryFolder();
    const controller = new AbortController();
    const onEvent = (event: TrainingEvent): void => {
      if (event.kind === 'step' && event.runId === 'multi/all/seed-1' && event.step === step) controller.abort();
    };
    await expect(experiment({ ...place, outDir: folder, config, signal: controller.signal, onEvent })).rejects.toMatchObject({
      code: 'ERR_CANCELLED',
    });
    const rest = await experiment({ ...place, outDir: folder, config });
    expect(rest.results).toEqual(results);
    expect(await weights(folder)).toEqual(await weights(outDir));
  });

  it('takes the mean of the tasks where none counts in the average', async () => {
    const dataDir = await smallData(['WNLI'], 25);
    const folder = await temporaryFolder();
    const wnli: ConfigInput = { tasks: ['wnli'], arms: ['single'], selection: { keep: 'best' } };
    const { results: own } = await experiment({ dataDir, modelDir: await tinyModel(dataDir), outDir: folder, config: wnli });
    expect(own.runs[0]?.average).toBeNull();
    expect(own.runs[0]?.selection?.['single/wnli/seed-1']?.best.score).toBe(own.runs[0]?.tasks['wnli']?.accuracy);
  });
});
