/** Results of two engines or two precisions are not mixed in one folder, and what was finished stays good on any machine. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config, ConfigInput } from '../../src/config/schema.js';
import { forecast, type Forecast } from '../../src/experiment/forecast.js';
import { trainOne } from '../../src/experiment/train-one.js';
import { resolveComputation } from '../../src/train/computation.js';
import { loadAddon } from '../../src/native/load.js';
import { temporaryFolder } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';
import { abortAt, copyOf, experiment, experimentConfig, rtePlace, snapshot, started } from './experiment-rig.js';

let place: Place;
let finished: string;

beforeAll(async () => {
  place = await rtePlace();
  finished = await temporaryFolder();
  await experiment({ ...place, outDir: finished, config: computed('fused', 'fp32') });
});

function computed(engine: Config['runtime']['engine'], precision: Config['runtime']['precision'], more: ConfigInput = {}): ConfigInput {
  const runtime = { threads: 1, checkpointSteps: 2, engine, precision };
  return { tasks: ['rte'], arms: ['single'], seeds: [1], runtime, ...more };
}

const FUSED = { device: 'cpu', engine: 'fused', precision: 'fp32' };
const REFUSAL =
  /was begun with the fused engine in fp32 on cpu, .* the plain engine in fp32 on cpu.*runtime\.engine=fused runtime\.precision=fp32/;

async function edit(file: string, change: (content: Record<string, unknown>) => object): Promise<void> {
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>)));
}

describe('resolveComputation', () => {
  it('says what auto is on this machine, as the addon does', async () => {
    const { engine, precision } = loadAddon().runtimeInfo().cpuChoice;
    expect(await resolveComputation(experimentConfig().runtime)).toEqual({ device: 'cpu', engine, precision });
  });

  it('says what was asked for, and refuses what cannot be had', async () => {
    const { runtime } = experimentConfig();
    expect(await resolveComputation({ ...runtime, engine: 'fused', precision: 'bf16' })).toEqual({ ...FUSED, precision: 'bf16' });
    expect(await resolveComputation({ ...runtime, engine: 'plain' })).toEqual({ ...FUSED, engine: 'plain' });
    const impossible = resolveComputation({ ...runtime, engine: 'plain', precision: 'bf16' });
    await expect(impossible).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('an experiment', () => {
  it('in bf16 warns where the CPU only emulates that', async () => {
    const { events } = await experiment({ ...place, outDir: await temporaryFolder(), config: computed('fused', 'bf16') });
    const [notice] = events.filter((event) => event.kind === 'notice' && event.message.startsWith('computed by the fused engine in bf16'));
    const { bf16Hardware } = loadAddon().runtimeInfo();
    expect(notice).toMatchObject(
      bf16Hardware ? { level: 'info' } : { level: 'warning', message: expect.stringMatching(/only emulates bf16/) as string },
    );
  });

  it('records it in each run and in results.json', async () => {
    for (const file of ['results.json', 'experiment.json', 'runs/single/rte/seed-1/result.json', 'runs/single/rte/seed-1/run.json']) {
      expect(JSON.parse(await readFile(join(finished, file), 'utf8')), file).toMatchObject({ computes: FUSED });
    }
  });

  it('that is to go on with another engine is refused, with the way to go on, and nothing is touched', async () => {
    const outDir = await copyOf(finished);
    const before = await snapshot(outDir);
    const failing = experiment({ ...place, outDir, config: computed('plain', 'fp32', { seeds: [1, 2] }) });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message: expect.stringMatching(REFUSAL) });
    expect(await snapshot(outDir)).toEqual(before);
    const precision = experiment({ ...place, outDir, config: computed('fused', 'bf16', { seeds: [1, 2] }) });
    await expect(precision).rejects.toMatchObject({ message: expect.stringContaining('in bf16') });
  });

  it('that is to go on with another engine is refused by a dry run, which finds nothing wrong where all is finished', async () => {
    const plan = (more?: ConfigInput): Promise<Forecast> =>
      forecast({ ...place, outDir: finished, config: experimentConfig(computed('plain', 'fp32', more)), onEvent: () => {} });
    await expect(plan({ seeds: [1, 2] })).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message: expect.stringMatching(REFUSAL) });
    expect((await plan()).runs.map((run) => run.finished)).toEqual([true]);
  });

  it('that is to go on with another engine is refused where the rest could be taken over from the shared folder', async () => {
    const shareDir = await temporaryFolder();
    const shared = computed('plain', 'fp32', { seeds: [2] });
    const config = { ...shared, runtime: { ...shared.runtime, shareDir } };
    await experiment({ ...place, outDir: await temporaryFolder(), config });
    const alone = await forecast({ ...place, config: experimentConfig(config), onEvent: () => {} });
    expect(alone.runs.map((run) => run.finished)).toEqual([true]);
    const both = { ...config, seeds: [1, 2] };
    const refusal = { code: 'ERR_OUTPUT_FOLDER', message: expect.stringMatching(REFUSAL) };
    await expect(experiment({ ...place, outDir: await copyOf(finished), config: both })).rejects.toMatchObject(refusal);
    const planned = forecast({ ...place, outDir: finished, config: experimentConfig(both), onEvent: () => {} });
    await expect(planned).rejects.toMatchObject(refusal);
  });

  it('that was stopped within a run is refused too', async () => {
    const outDir = await temporaryFolder();
    const stopped = experiment({ ...place, outDir, config: computed('fused', 'fp32'), ...abortAt('single/rte/seed-1', 2) });
    await expect(stopped).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    const failing = experiment({ ...place, outDir, config: computed('plain', 'fp32') });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message: expect.stringMatching(REFUSAL) });
  });

  it('that is finished is as good with another: nothing is trained, and what computed it is still told', async () => {
    const outDir = await copyOf(finished);
    const again = await experiment({ ...place, outDir, config: computed('plain', 'fp32') });
    expect(started(again.events)).toEqual([]);
    expect(again.results.computes).toEqual(FUSED);
  });

  it('of a version that did not record it goes on, and is not said to be what it may not be', async () => {
    const outDir = await copyOf(finished);
    const without = ({ computes: _computes, ...rest }: Record<string, unknown>): object => rest;
    for (const file of ['experiment.json', 'runs/single/rte/seed-1/result.json', 'runs/single/rte/seed-1/run.json']) {
      await edit(join(outDir, file), without);
    }
    const again = await experiment({ ...place, outDir, config: computed('plain', 'fp32') });
    expect(started(again.events)).toEqual([]);
    expect(again.results.computes).toBeNull();
    const more = await experiment({ ...place, outDir, config: computed('plain', 'fp32', { seeds: [1, 2] }) });
    expect(started(more.events)).toEqual(['single/rte/seed-2']);
    expect(more.results.computes).toEqual({ ...FUSED, engine: 'plain' });
  });
});

describe('one model', () => {
  it('that is to go on with another engine is refused', async () => {
    const outDir = await temporaryFolder();
    await cp(join(finished, 'runs/single/rte/seed-1'), outDir, { recursive: true });
    await rm(join(outDir, 'predictions.jsonl'));
    const one = { ...place, config: experimentConfig(computed('plain', 'fp32')), arm: 'single', tasks: ['rte'], seed: 1, outDir } as const;
    const before = await snapshot(outDir);
    const failing = trainOne({ ...one, onEvent: () => undefined });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message: expect.stringMatching(REFUSAL) });
    await rm(join(outDir, 'result.json'));
    await expect(trainOne({ ...one, onEvent: () => undefined })).rejects.toMatchObject({ message: expect.stringMatching(REFUSAL) });
    expect(Object.keys(await snapshot(outDir))).toEqual(Object.keys(before).filter((path) => path !== 'result.json'));
  });
});
