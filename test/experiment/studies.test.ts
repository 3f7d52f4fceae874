/** Arms beyond the three of the quickstart, trained for real on small data: what they start from, who teaches them, what a failure costs. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';
import { abortAt, experiment, started, weights } from './experiment-rig.js';

const TASKS = ['rte', 'stsb'];

let place: Place;
beforeAll(async () => {
  const dataDir = await smallData(['RTE', 'STS-B'], 25);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
});

const settings = async (outDir: string, id: string): Promise<Record<string, unknown>> =>
  (JSON.parse(await readFile(join(outDir, 'runs', id, 'result.json'), 'utf8')) as { settings: Record<string, unknown> }).settings;
const hash = async (outDir: string, id: string): Promise<unknown> =>
  (JSON.parse(await readFile(join(outDir, 'runs', id, 'result.json'), 'utf8')) as { modelHash: unknown }).modelHash;

describe('arms', () => {
  it('all end in results, each taught by and started from what it says; several at once give the same bytes', async () => {
    const arms = ['single-single', 'multi-multi', 'single-multi-single-multi', 'single-multi-finetuned'];
    const outDir = await temporaryFolder();
    const { results } = await experiment({ ...place, outDir, config: { tasks: TASKS, arms } });
    expect(results.failures).toEqual([]);
    expect(results.runs.map(({ arm, model }) => [arm, model])).toEqual([
      ['single-single', 'runs/single-single'],
      ['multi-multi', 'runs/multi-multi/all/seed-1/model'],
      ['single-multi-single-multi', 'runs/single-multi-single-multi/all/seed-1/model'],
      ['single-multi-finetuned', 'runs/single-multi-finetuned'],
    ]);
    expect((await settings(outDir, 'single-multi-single-multi/all/seed-1'))['teacher of.rte']).toBe(
      await hash(outDir, 'single-multi-single/rte/seed-1'),
    );
    expect((await settings(outDir, 'single-multi-finetuned/rte/seed-1'))['initial model']).toBe(
      await hash(outDir, 'single-multi/all/seed-1'),
    );
    const beside = await temporaryFolder();
    const runtime = { threads: 1, checkpointSteps: 2, parallelRuns: 3 };
    await experiment({ ...place, outDir: beside, config: { tasks: TASKS, arms, runtime } });
    expect(await weights(beside)).toEqual(await weights(outDir));
  });

  it('do not start from weights that were changed since they were finished', async () => {
    const outDir = await temporaryFolder();
    await experiment({ ...place, outDir, config: { tasks: TASKS, arms: ['multi'] } });
    const heads = join(outDir, 'runs/multi/all/seed-1/model/heads.safetensors');
    const bytes = await readFile(heads);
    bytes.writeFloatLE(7, bytes.length - 4);
    await writeFile(heads, bytes);
    const { results } = await experiment({ ...place, outDir, config: { tasks: TASKS, arms: ['multi', 'multi-finetuned'] } });
    expect(results.failures).toMatchObject(
      TASKS.map((task) => ({
        runId: `multi-finetuned/${task}/seed-1`,
        code: 'ERR_MODEL_FOLDER',
        message: expect.stringMatching(/runs\/multi\/all\/seed-1\/model was changed .* remove the folder/) as string,
      })),
    );
  });

  it('that bring a task of their own may be added, and taken away again', async () => {
    const outDir = await temporaryFolder();
    const variants: ConfigInput['variants'] = { 'rte-alone': { arm: 'single', set: ['tasks=["rte"]'] } };
    const call = (arms: string[]): ReturnType<typeof experiment> =>
      experiment({ ...place, outDir, config: { tasks: TASKS, arms, variants } });
    expect(started((await call(['rte-alone'])).events)).toEqual(['rte-alone/rte/seed-1']);
    expect(started((await call(['multi', 'rte-alone'])).events)).toEqual(['multi/all/seed-1']);
    expect((await call(['rte-alone'])).results.runs.map(({ arm }) => arm)).toEqual(['rte-alone']);
    const other = { ...place, dataDir: await smallData(['RTE', 'STS-B'], 30) };
    await expect(experiment({ ...other, outDir, config: { tasks: TASKS, arms: ['multi'], variants } })).rejects.toMatchObject({
      code: 'ERR_OUTPUT_FOLDER',
      message: expect.stringMatching(/data of rte, train is [0-9a-f]{12} there and [0-9a-f]{12} here/),
    });
  });

  it('are taught by an ensemble of the best teachers on dev', async () => {
    const outDir = await temporaryFolder();
    const distillation = { teachers: { count: 2, choose: 'dev' } } as const;
    const { results } = await experiment({
      ...place,
      outDir,
      config: { tasks: TASKS, arms: ['single', 'single-multi'], seeds: [1, 2, 3], distillation },
    });
    const accuracy = (seed: number): number =>
      results.runs.find((run) => run.arm === 'single' && run.seed === seed)?.tasks['rte']?.accuracy ?? NaN;
    const best = [1, 2, 3].sort((a, b) => accuracy(b) - accuracy(a)).slice(0, 2);
    const hashes = await Promise.all(best.map((seed) => hash(outDir, `single/rte/seed-${seed}`)));
    expect((await settings(outDir, 'single-multi/all/seed-1'))['teacher of.rte']).toBe(hashes.join(','));
  });
});

describe('a run that fails', () => {
  it('costs only what needs it, and is tried again by the next call', async () => {
    const outDir = await temporaryFolder();
    const variants: ConfigInput['variants'] = {
      wild: { arm: 'multi', set: ['multi.learningRate=1e30'] },
      'wild-multi': { arm: 'multi', teachers: 'wild' },
    };
    const call = { ...place, outDir, config: { tasks: TASKS, arms: ['wild', 'wild-multi', 'single'], variants } };
    const { results, events } = await experiment(call);
    expect(results.failures).toMatchObject([
      { runId: 'wild/all/seed-1', code: 'ERR_NON_FINITE_LOSS', after: null },
      { runId: 'wild-multi/all/seed-1', after: 'wild/all/seed-1' },
    ]);
    expect(results.runs.map(({ arm }) => arm)).toEqual(['single']);
    expect(events.filter(({ kind }) => kind === 'run-failed')).toHaveLength(2);
    await rm(join(outDir, 'results.json'));
    expect(started((await experiment(call)).events)).toEqual(['wild/all/seed-1']);
  });

  it('is in results.json also where the call was interrupted after it', async () => {
    const outDir = await temporaryFolder();
    const variants: ConfigInput['variants'] = { wild: { arm: 'multi', set: ['multi.learningRate=1e30'] } };
    const call = { ...place, outDir, config: { tasks: TASKS, arms: ['single', 'wild'], seeds: [1, 2], variants } };
    await expect(experiment({ ...call, ...abortAt('single/rte/seed-1', 2) })).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    const written = async (): Promise<unknown> => JSON.parse(await readFile(join(outDir, 'results.json'), 'utf8'));
    expect(await written()).toMatchObject({ runs: [], failures: [] });
    await expect(experiment({ ...call, ...abortAt('single/rte/seed-2', 2) })).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    expect(await written()).toMatchObject({ runs: [{ arm: 'single', seed: 1 }] });
  });
});
