/** An experiment from end to end, and everything OUT must survive: a second call, an interruption, another experiment, changed teachers. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testArms } from '../../src/experiment/arm-tests.js';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { summarise } from '../../src/experiment/summary.js';
import { openModelFolder } from '../../src/nn/model-folder.js';
import type { TrainingEvent } from '../../src/train/events.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { readSteps, type Place } from '../train/training-rig.js';
import { abortAt, experiment, experimentConfig, snapshot, started, TASKS, weights } from './experiment-rig.js';

const ALL_RUNS = ['single/rte/seed-1', 'single/stsb/seed-1', 'single/mnli/seed-1', 'multi/all/seed-1', 'single-multi/all/seed-1'];
let place: Place;
let outDir: string;
let results: ExperimentResults;
let events: TrainingEvent[];

beforeAll(async () => {
  const dataDir = await smallData(['RTE', 'STS-B', 'MNLI'], 25);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
  outDir = await temporaryFolder();
  ({ results, events } = await experiment({ ...place, outDir }));
});

const readResults = async (folder: string): Promise<unknown> => JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));

async function copyOfOut(): Promise<string> {
  const copy = await temporaryFolder();
  await cp(outDir, copy, { recursive: true });
  return copy;
}

type JsonRecord = Record<string, unknown>;

async function editRecord(folder: string, path: string, edit: (record: JsonRecord) => JsonRecord): Promise<void> {
  const file = join(folder, path);
  await writeFile(file, JSON.stringify(edit(JSON.parse(await readFile(file, 'utf8')) as JsonRecord)));
}

describe('results.json', () => {
  it('is what the call returned', async () => {
    expect(await readResults(outDir)).toEqual(JSON.parse(JSON.stringify(results)));
  });

  it('has the shape that scripts rely on', () => {
    expect(Object.keys(results)).toEqual(['config', 'computes', 'runs', 'summary', 'tests', 'departures', 'failures', 'majority']);
    expect(results.failures).toEqual([]);
    expect(results.config).toEqual(experimentConfig());
    expect(results.tests).toEqual(testArms(results.runs, results.config));
    expect(results.runs.map(({ arm, seed, model }) => [arm, seed, model])).toEqual([
      ['single', 1, 'runs/single'],
      ['multi', 1, 'runs/multi/all/seed-1/model'],
      ['single-multi', 1, 'runs/single-multi/all/seed-1/model'],
    ]);
    for (const run of results.runs) {
      expect(Object.keys(run)).toEqual(['arm', 'seed', 'tasks', 'mismatched', 'average', 'model', 'failed']);
      expect(run.mismatched).toEqual({ mnli: { accuracy: expect.any(Number) } });
      expect(Object.keys(run.tasks)).toEqual(TASKS);
      expect(run.tasks).toEqual({
        rte: { accuracy: expect.any(Number) },
        stsb: { pearson: expect.any(Number), spearman: expect.any(Number) },
        mnli: { accuracy: expect.any(Number) },
      });
      const { rte, stsb, mnli } = run.tasks;
      const mean = ((rte?.accuracy ?? NaN) + (stsb?.spearman ?? NaN) + (mnli?.accuracy ?? NaN)) / 3;
      expect(run.average).toBeCloseTo(mean, 12);
    }
    expect(results.summary).toEqual(summarise(results.runs, results.config));
  });

  it('keeps the mismatched score in the result of the run', async () => {
    const record = JSON.parse(await readFile(join(outDir, 'runs/multi/all/seed-1/result.json'), 'utf8')) as Record<string, unknown>;
    expect(record['mismatched']).toEqual({ mnli: { accuracy: expect.any(Number) } });
    expect(record['scores']).toEqual(results.runs[1]?.tasks);
  });
});

describe('an experiment', () => {
  it('tells its plan, then trains each run, teachers first', () => {
    const plan = events.find((event) => event.kind === 'experiment-plan');
    expect(plan?.runs.map(({ runId, finished }) => [runId, finished])).toEqual(ALL_RUNS.map((id) => [id, false]));
    expect(started(events)).toEqual(ALL_RUNS);
    expect(events.filter((event) => event.kind === 'run-finished').map(({ runId }) => runId)).toEqual(ALL_RUNS);
    const prepared = events.filter((event) => event.kind === 'prepared').map(({ task, split }) => `${task}.${split}`);
    expect(prepared).toEqual(['rte.train', 'rte.dev', 'stsb.train', 'stsb.dev', 'mnli.train', 'mnli.dev', 'mnli.dev_mismatched']);
  });

  it('anneals the teacher: lambda is step / steps, counted from 0', async () => {
    const steps = await readSteps(join(outDir, 'runs/single-multi/all/seed-1'));
    expect(steps.map(({ lambda }) => lambda)).toEqual(steps.map((_, i) => i / steps.length));
    for (const { lambda } of await readSteps(join(outDir, 'runs/multi/all/seed-1'))) expect(lambda).toBeNull();
  });

  it('leaves models that open, with a head for each task, and no checkpoints', async () => {
    const { bert, heads, info } = await openModelFolder(join(outDir, 'runs/single-multi/all/seed-1/model'), {
      device: 'cpu',
      dropout: null,
    });
    expect(heads.map(({ task }) => task)).toEqual(TASKS);
    expect(info).toMatchObject({ arm: 'single-multi', seed: 1, scores: results.runs[2]?.tasks });
    for (const module of [bert, ...heads]) module.dispose();
    expect(Object.keys(await snapshot(outDir)).filter((path) => path.includes('checkpoints'))).toEqual([]);
  });

  it('gives the same bytes in another folder', async () => {
    const other = await temporaryFolder();
    await experiment({ ...place, outDir: other });
    expect(await weights(other)).toEqual(await weights(outDir));
  });
});

describe('a second call', () => {
  it('trains nothing that is finished and returns the same', async () => {
    const before = await weights(outDir);
    const again = await experiment({ ...place, outDir });
    expect(started(again.events)).toEqual([]);
    expect(again.events.find((event) => event.kind === 'experiment-plan')?.runs.every(({ finished }) => finished)).toBe(true);
    expect(again.results).toEqual(results);
    expect(await weights(outDir)).toEqual(before);
  });

  it('trains what a further seed adds, with the same teachers', async () => {
    const copy = await copyOfOut();
    const more = await experiment({ ...place, outDir: copy, config: { seeds: [1, 2], arms: ['multi', 'single-multi'] } });
    expect(started(more.events)).toEqual(['multi/all/seed-2', 'single-multi/all/seed-2']);
    expect(more.results.runs.map(({ arm, seed }) => `${arm} ${seed}`)).toEqual(['multi 1', 'multi 2', 'single-multi 1', 'single-multi 2']);
    expect(more.results.summary.map(({ arm, n }) => [arm, n])).toEqual([
      ['multi', 2],
      ['single-multi', 2],
    ]);
    expect(more.results.runs[0]).toEqual(results.runs[1]);
  });

  it('trains a run again whose model was removed, to the same bytes', async () => {
    const copy = await copyOfOut();
    await rm(join(copy, 'runs/multi/all/seed-1/model'), { recursive: true });
    expect(started((await experiment({ ...place, outDir: copy })).events)).toEqual(['multi/all/seed-1']);
    expect(await weights(copy)).toEqual(await weights(outDir));
  });
});

describe('an interrupted experiment', () => {
  it('whose process ended between a result and the removal of its checkpoints removes them when it is called again', async () => {
    const copy = await copyOfOut();
    const before = await snapshot(copy);
    const checkpoints = join(copy, 'runs/single/rte/seed-1/checkpoints');
    await mkdir(checkpoints);
    await writeFile(join(checkpoints, 'step-00000002.safetensors'), 'of no use any more');
    expect(started((await experiment({ ...place, outDir: copy })).events)).toEqual([]);
    expect(Object.keys(await snapshot(copy))).toEqual(Object.keys(before));
  });

  it.each([
    ['single/stsb/seed-1', 2, []],
    ['single-multi/all/seed-1', 5, ['single', 'multi']],
  ] as const)('stopped in %s goes on there, to the same bytes', async (runId, step, arms) => {
    const folder = await temporaryFolder();
    await expect(experiment({ ...place, outDir: folder, ...abortAt(runId, step) })).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    if (arms.length > 0) expect(await readResults(folder)).toMatchObject({ runs: arms.map((arm) => ({ arm })) });
    const rest = await experiment({ ...place, outDir: folder });
    expect(started(rest.events)).toEqual(ALL_RUNS.slice(ALL_RUNS.indexOf(runId)));
    // The step behind it was at work when it was reported, and may have been done before it could be cancelled.
    const from = rest.events.find((event) => event.kind === 'run-started');
    expect([step, step + 1]).toContain(from?.startStep);
    expect(rest.results).toEqual(results);
    expect(await weights(folder)).toEqual(await weights(outDir));
  });

  it('begins no run when it was cancelled before', async () => {
    const folder = await temporaryFolder();
    await expect(experiment({ ...place, outDir: folder, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    expect(await snapshot(folder)).toEqual({});
  });
});

describe('the output folder of another experiment', () => {
  const refuses = async (folder: string, call: Partial<Parameters<typeof experiment>[0]>, message: RegExp): Promise<void> => {
    const before = await snapshot(folder);
    const failing = experiment({ ...place, outDir: folder, ...call });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message: expect.stringMatching(message) });
    expect(await snapshot(folder)).toEqual(before);
  };

  it('is refused, the settings that differ are named, nothing is touched', async () => {
    await refuses(
      outDir,
      { config: { distillation: { annealing: 'constant' } } },
      /distillation\.annealing is linear there and constant here/,
    );
    await refuses(outDir, { config: { tasks: ['rte', 'mnli'] } }, /tasks is rte,stsb,mnli there and rte,mnli here/);
    await refuses(outDir, { config: { seeds: [2] } }, /seeds\[0\] is 1 there and 2 here/);
  });

  it('is refused for other initial weights and other data', async () => {
    await refuses(
      outDir,
      { modelDir: await tinyModel(place.dataDir, { seed: 2 }) },
      /model folder is [0-9a-f]{12} there and [0-9a-f]{12} here/,
    );
    const dataDir = await temporaryFolder();
    await cp(place.dataDir, dataDir, { recursive: true });
    const train = join(dataDir, 'RTE/train.tsv');
    await writeFile(train, (await readFile(train, 'utf8')).split('\n').slice(0, 20).join('\n') + '\n');
    await refuses(outDir, { dataDir }, /data of rte, train is/);
  });

  it('is refused when it holds results and does not say whose', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'runs'));
    await writeFile(join(folder, 'results.json'), '{}');
    await refuses(folder, {}, /already holds results\.json, runs/);
  });

  it('is refused when its experiment.json is malformed', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'experiment.json'), '{ "format": 1');
    await refuses(folder, {}, /experiment\.json is malformed/);
  });
});

describe('teachers', () => {
  it('that changed in their place are refused, with the place', async () => {
    const copy = await copyOfOut();
    await rm(join(copy, 'teacher-outputs'), { recursive: true });
    await rm(join(copy, 'runs/single-multi'), { recursive: true });
    const model = join(copy, 'runs/single/rte/seed-1/model/heads.safetensors');
    const bytes = await readFile(model);
    bytes.writeFloatLE(1, bytes.length - 4);
    await writeFile(model, bytes);
    expect((await experiment({ ...place, outDir: copy })).results.failures).toEqual([
      {
        runId: 'single-multi/all/seed-1',
        code: 'ERR_TEACHER_LOGITS',
        message: expect.stringContaining('runs/single/rte/seed-1/model'),
        after: null,
      },
    ]);
  });

  it('that are refused cost the student nothing', async () => {
    const copy = await copyOfOut();
    await editRecord(copy, 'runs/single/rte/seed-1/result.json', (record) => ({ ...record, modelHash: '0'.repeat(64) }));
    const before = await snapshot(copy, (path) => path.startsWith('runs/single-multi'));
    expect((await experiment({ ...place, outDir: copy })).results.failures).toMatchObject([{ code: 'ERR_TEACHER_LOGITS' }]);
    expect(await snapshot(copy, (path) => path.startsWith('runs/single-multi'))).toEqual(before);
  });

  it('that were others when the student was trained: it is trained from the start, with a notice', async () => {
    const copy = await copyOfOut();
    for (const file of ['run.json', 'result.json']) {
      await editRecord(copy, `runs/single-multi/all/seed-1/${file}`, (record) => ({
        ...record,
        settings: { ...(record['settings'] as object), 'teacher of.rte': '0'.repeat(64) },
      }));
    }
    const again = await experiment({ ...place, outDir: copy });
    expect(again.events).toContainEqual(expect.objectContaining({ kind: 'notice', runId: 'single-multi/all/seed-1', level: 'warning' }));
    expect(started(again.events)).toEqual(['single-multi/all/seed-1']);
    expect(again.results).toEqual(results);
    const steps = await readSteps(join(copy, 'runs/single-multi/all/seed-1'));
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i + 1));
  });

  it("whose stored outputs are another teacher's are refused", async () => {
    const copy = await copyOfOut();
    const stored = Object.keys(await snapshot(join(copy, 'teacher-outputs')));
    const [mnli, rte] = ['mnli', 'rte'].map((task) => stored.find((name) => name.startsWith(`${task}-`)) ?? '');
    await cp(join(copy, 'teacher-outputs', mnli ?? ''), join(copy, 'teacher-outputs', rte ?? ''));
    await rm(join(copy, 'runs/single-multi'), { recursive: true });
    const { failures } = (await experiment({ ...place, outDir: copy })).results;
    expect(failures).toMatchObject([{ code: 'ERR_TEACHER_LOGITS', message: expect.stringContaining('another teacher') }]);
  });
});
