/** Training of one model: what it logs, how it stops, and that a stopped one goes on as if it had not been. */
import { copyFile, mkdir, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/optim/schedule.js';
import { LOG_FILES, type TimingLogEntry } from '../../src/train/run-log.js';
import { smallData, temporaryFolder, tinyModel } from './tiny-model.js';
import { readLog, readSteps, trainRte, type Place, type Trained } from './training-rig.js';

const STEPS = 12;
let place: Place;
let whole: Trained;
let wholeFolder: string;

beforeAll(async () => {
  const dataDir = await smallData(['RTE'], 49);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
  wholeFolder = await temporaryFolder();
  whole = await trainRte({ ...place, folder: wholeFolder });
});

const names = async (folder: string): Promise<string[]> => (await readdir(join(folder, 'checkpoints'))).sort();
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const stepsOf = ({ events }: Pick<Trained, 'events'>): number[] => events.filter((event) => event.kind === 'step').map(({ step }) => step);

/** Trains until the step is reported, then aborts. */
async function trainUntil(step: number, folder: string): Promise<Trained> {
  const controller = new AbortController();
  const onEvent = (event: { kind: string; step?: number }): void => {
    if (event.kind === 'step' && event.step === step) controller.abort();
  };
  return trainRte({ ...place, folder, signal: controller.signal, onEvent });
}

/** Trains until the step is reported, then dies there: no checkpoint is made on the way out. */
async function dieAt(step: number, folder: string): Promise<void> {
  const onEvent = (event: { kind: string; step?: number }): void => {
    if (event.kind === 'step' && event.step === step) throw new Error('killed');
  };
  expect((await trainRte({ ...place, folder, onEvent })).error).toMatchObject({ message: 'killed' });
}

describe('a training', () => {
  it('logs every step with its rate, loss by task and gradient norm', async () => {
    expect(whole.error).toBeNull();
    const steps = await readSteps(wholeFolder);
    expect(steps.map(({ step }) => step)).toEqual(numbers(1, STEPS));
    expect(steps.map(({ learningRate }) => learningRate)).toEqual(numbers(0, STEPS - 1).map((i) => learningRateAt(i, STEPS, 1e-3, 0.1)));
    for (const { loss, lambda, gradientNorm, tokens, tasks } of steps) {
      expect(lambda).toBeNull();
      expect(gradientNorm).toBeGreaterThan(0);
      expect(tokens).toBeGreaterThan(8 * 5);
      expect(tasks['rte']?.count).toBe(8);
      // A mean over one task: the optimizer's loss is the mean of the examples' losses.
      expect(tasks['rte']?.loss).toBeCloseTo(loss, 5);
    }
  });

  it('logs times apart, a line for each step', async () => {
    const timings = await readLog<TimingLogEntry>(wholeFolder, LOG_FILES.timings);
    expect(timings.map(({ step }) => step)).toEqual(numbers(1, STEPS));
    for (const { seconds, tokensPerSecond } of timings) {
      expect(seconds).toBeGreaterThan(0);
      expect(tokensPerSecond).toBeGreaterThan(0);
    }
    expect(Object.keys((await readSteps(wholeFolder))[0] ?? {})).not.toContain('seconds');
  });

  it('logs the same bytes with the same seed, and no event files where they are off', async () => {
    const folder = await temporaryFolder();
    await trainRte({ ...place, folder, config: { logging: { tensorboard: false } } });
    expect(await readFile(join(folder, LOG_FILES.steps))).toEqual(await readFile(join(wholeFolder, LOG_FILES.steps)));
    expect((await readdir(wholeFolder)).filter((name) => name.includes('tfevents'))).toHaveLength(1);
    expect((await readdir(folder)).filter((name) => name.includes('tfevents'))).toEqual([]);
  });

  it('sends an event when it starts and one for each step', () => {
    expect(whole.events[0]).toMatchObject({ kind: 'run-started', totalSteps: STEPS, startStep: 0, tasks: ['rte'] });
    expect(stepsOf(whole)).toEqual(numbers(1, STEPS));
    for (const event of whole.events) if (event.kind === 'step') expect(event.tokensPerSecond).toBeGreaterThan(0);
  });

  it('keeps the newest two checkpoints', async () => {
    expect(await names(wholeFolder)).toEqual(['step-00000009.safetensors', 'step-00000012.safetensors']);
  });

  it('learns a set by heart', async () => {
    const folder = await temporaryFolder();
    const config = { single: { epochs: 40, batchSize: 8, learningRate: 1e-2 }, model: { dropout: 0, headDropout: 0 } };
    await trainRte({ ...place, folder, config });
    const losses = (await readSteps(folder)).map(({ loss }) => loss);
    const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.3 * mean(losses.slice(0, 10)));
  });

  it('gives the same bytes with the same seed and others with another', async () => {
    expect((await trainRte({ ...place, folder: await temporaryFolder() })).bytes).toBe(whole.bytes);
    expect((await trainRte({ ...place, folder: await temporaryFolder(), seed: 2 })).bytes).not.toBe(whole.bytes);
  });
});

describe('a cancelled training', () => {
  it('keeps a checkpoint of its last finished step and goes on to the same bytes', async () => {
    const folder = await temporaryFolder();
    const cancelled = await trainUntil(4, folder);
    const last = stepsOf(cancelled).length;
    // Step 5 was at work when the event of step 4 came, and may have been done before it could be cancelled.
    expect([4, 5]).toContain(last);
    expect(cancelled.error).toMatchObject({ code: 'ERR_CANCELLED', details: { step: last } });
    expect(await names(folder)).toEqual(['step-00000003.safetensors', `step-0000000${last}.safetensors`]);
    const rest = await trainRte({ ...place, folder });
    expect(rest.events[0]).toMatchObject({ kind: 'run-started', startStep: last });
    expect(stepsOf(rest)).toEqual(numbers(last + 1, STEPS));
    expect(rest.bytes).toBe(whole.bytes);
    expect((await readSteps(folder)).map(({ step }) => step)).toEqual(numbers(1, STEPS));
  });

  it('can be cancelled while the session computes a step', async () => {
    const folder = await temporaryFolder();
    const controller = new AbortController();
    const onEvent = (event: { kind: string; step?: number }): void => {
      // Step 5 was handed over before the event of step 4: this abort finds the session at work on it, or done with it.
      if (event.kind === 'step' && event.step === 4) setImmediate(() => controller.abort());
    };
    const cancelled = await trainRte({ ...place, folder, signal: controller.signal, onEvent });
    expect(cancelled.error).toMatchObject({ code: 'ERR_CANCELLED' });
    expect(cancelled.cancels).toBe(1);
    const rest = await trainRte({ ...place, folder });
    expect(rest.events[0]).toMatchObject({ startStep: stepsOf(cancelled).length });
    expect(rest.bytes).toBe(whole.bytes);
    expect((await readSteps(folder)).map(({ step }) => step)).toEqual(numbers(1, STEPS));
  });

  it('does no step when it was cancelled before', async () => {
    const folder = await temporaryFolder();
    const { error, events } = await trainRte({ ...place, folder, signal: AbortSignal.abort() });
    expect(error).toMatchObject({ code: 'ERR_CANCELLED', details: { step: 0, checkpoint: null } });
    expect(events.filter(({ kind }) => kind === 'step')).toEqual([]);
  });

  it('keeps none where checkpoints are off', async () => {
    const folder = await temporaryFolder();
    const controller = new AbortController();
    const config = { runtime: { threads: 1, checkpointSteps: 0 } };
    const onEvent = (event: { kind: string }): void => (event.kind === 'step' ? controller.abort() : undefined);
    const { error } = await trainRte({ ...place, folder, config, signal: controller.signal, onEvent });
    expect(error).toMatchObject({ code: 'ERR_CANCELLED', details: { checkpoint: null } });
    await expect(names(folder)).rejects.toThrow('ENOENT');
  });
});

describe('a killed training', () => {
  it('goes on from its checkpoint to the same bytes, no step logged twice', async () => {
    const folder = await temporaryFolder();
    await dieAt(8, folder);
    expect((await readSteps(folder)).map(({ step }) => step)).toEqual(numbers(1, 8));
    const rest = await trainRte({ ...place, folder });
    expect(rest.events[0]).toMatchObject({ startStep: 6 });
    expect(rest.bytes).toBe(whole.bytes);
    expect(await readFile(join(folder, LOG_FILES.steps))).toEqual(await readFile(join(wholeFolder, LOG_FILES.steps)));
    const timings = await readLog<TimingLogEntry>(folder, LOG_FILES.timings);
    expect(timings.map(({ step }) => step)).toEqual(numbers(1, STEPS));
  });

  it('takes the checkpoint before, with a notice, when the newest is cut', async () => {
    const folder = await temporaryFolder();
    await dieAt(8, folder);
    await truncate(join(folder, 'checkpoints', 'step-00000006.safetensors'), 2000);
    const rest = await trainRte({ ...place, folder });
    expect(rest.events[0]).toMatchObject({ kind: 'notice', level: 'warning', message: expect.stringContaining('step-00000006') });
    expect(rest.events[1]).toMatchObject({ kind: 'run-started', startStep: 3 });
    expect(rest.bytes).toBe(whole.bytes);
  });

  it('takes the checkpoint before when a bit of the newest has flipped', async () => {
    const folder = await temporaryFolder();
    await dieAt(8, folder);
    const path = join(folder, 'checkpoints', 'step-00000006.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(path, bytes);
    const rest = await trainRte({ ...place, folder });
    expect(rest.events[0]).toMatchObject({ kind: 'notice', level: 'warning', message: expect.stringContaining('is damaged') });
    expect(rest.bytes).toBe(whole.bytes);
  });

  it('does not begin anew without a word when no checkpoint can be read', async () => {
    const folder = await temporaryFolder();
    await dieAt(8, folder);
    for (const name of await names(folder)) await writeFile(join(folder, 'checkpoints', name), 'no tensors');
    const { error, events } = await trainRte({ ...place, folder });
    expect(error).toMatchObject({ code: 'ERR_SAFETENSORS' });
    expect(stepsOf({ events })).toEqual([]);
  });

  it('refuses a checkpoint of another training of the same model, and takes the one before it', async () => {
    const [folder, other] = [await temporaryFolder(), await temporaryFolder()];
    await trainRte({ ...place, folder: other, seed: 2, identity: 'two' });
    const [path, foreign] = [folder, other].map((name) => join(name, 'checkpoints', 'step-00000012.safetensors')) as [string, string];
    await mkdir(join(folder, 'checkpoints'));
    await copyFile(foreign, path);
    const { error, events } = await trainRte({ ...place, folder, identity: 'one' });
    expect(error).toMatchObject({ code: 'ERR_CHECKPOINT', message: expect.stringMatching(/of another training than single\/rte\/seed-1/) });
    expect(stepsOf({ events })).toEqual([]);
    await rm(path);
    await trainRte({ ...place, folder, identity: 'one' });
    await copyFile(foreign, path);
    const rest = await trainRte({ ...place, folder, identity: 'one' });
    expect(rest.events[0]).toMatchObject({ kind: 'notice', level: 'warning', message: expect.stringContaining('of another training') });
    expect(rest.events[1]).toMatchObject({ kind: 'run-started', startStep: 9 });
    expect(rest.bytes).toBe(whole.bytes);
  });

  it('refuses a checkpoint of another model', async () => {
    const folder = await temporaryFolder();
    await dieAt(4, folder);
    const otherModel = await tinyModel(place.dataDir, { hiddenSize: 8 });
    const { error } = await trainRte({ ...place, modelDir: otherModel, folder });
    expect(error).toMatchObject({ code: 'ERR_CHECKPOINT', message: expect.stringContaining('word_embeddings') });
  });
});

describe('a loss that is not finite', () => {
  it('stops with the step, the ids of the batch and the last good checkpoint, and keeps it', async () => {
    const folder = await temporaryFolder();
    const config = { single: { epochs: 2, batchSize: 8, learningRate: 1e30 }, schedule: { warmup: 0.5 } };
    const runtime = { threads: 1, checkpointSteps: 1 };
    const { error, events } = await trainRte({ ...place, folder, config: { ...config, runtime } });
    const done = stepsOf({ events }).length;
    expect(done).toBeLessThan(STEPS);
    const checkpoint = join(folder, 'checkpoints', `step-${String(done - 1).padStart(8, '0')}.safetensors`);
    expect(error).toMatchObject({ code: 'ERR_NON_FINITE_LOSS', details: { step: done + 1, checkpoint } });
    const { message, details } = error as { message: string; details: { examples: string[]; nonFinite: { example: string }[] } };
    expect(details.examples).toHaveLength(8);
    for (const example of details.examples) expect(example).toMatch(/^rte train-\d+$/);
    expect(message).toContain(`The batch was ${details.examples.slice(0, 5).join(', ')} and 3 more. `);
    expect(message).toMatch(/^training stopped at/);
    expect(details.nonFinite.length).toBeGreaterThan(0);
    expect(message).toContain(`step ${done + 1} of ${STEPS}`);
    expect(message).toContain(checkpoint);
    expect(await names(folder)).toContain(`step-${String(done - 1).padStart(8, '0')}.safetensors`);
    expect((await readSteps(folder)).map(({ step }) => step)).toEqual(numbers(1, done));
  });

  it('stops the step that was handed over behind it', async () => {
    const folder = await temporaryFolder();
    const config = { single: { epochs: 2, batchSize: 8, learningRate: 1e30 }, schedule: { warmup: 0.5 } };
    const runtime = { threads: 1, checkpointSteps: 1000 };
    const { error, events } = await trainRte({ ...place, folder, config: { ...config, runtime } });
    const done = stepsOf({ events }).length;
    expect(done).toBeLessThan(STEPS - 1);
    expect(error).toMatchObject({ code: 'ERR_NON_FINITE_LOSS', details: { step: done + 1, checkpoint: null } });
    expect((await readSteps(folder)).map(({ step }) => step)).toEqual(numbers(1, done));
  });

  it('says so when there is no checkpoint yet', async () => {
    const folder = await temporaryFolder();
    const modelDir = await tinyModel(place.dataDir, { poison: NaN });
    const { error } = await trainRte({ ...place, modelDir, folder });
    expect(error).toMatchObject({ code: 'ERR_NON_FINITE_LOSS', details: { step: 1, checkpoint: null } });
    expect((error as Error).message).toContain('not finite for any of the 8 examples');
    expect((error as Error).message).toContain('There is no earlier checkpoint');
  });
});
