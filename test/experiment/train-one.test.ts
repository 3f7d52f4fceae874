/** One model by itself: its kinds, where its teachers are looked for, and the folders it must not write into. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findTeachers } from '../../src/experiment/teachers.js';
import { trainOne, type TrainOneOptions } from '../../src/experiment/train-one.js';
import type { TrainingEvent } from '../../src/train/events.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { readSteps, type Place } from '../train/training-rig.js';
import { experiment, experimentConfig, snapshot, started, weights } from './experiment-rig.js';

let place: Place;
let teachersDir: string;

beforeAll(async () => {
  const dataDir = await smallData(['RTE', 'STS-B', 'MNLI'], 25);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
  teachersDir = await temporaryFolder();
  for (const task of ['rte', 'stsb']) await one({ arm: 'single', tasks: [task], outDir: join(teachersDir, task) });
});

type Call = Pick<TrainOneOptions, 'arm' | 'tasks' | 'outDir'> & Partial<TrainOneOptions>;

async function one(call: Call): Promise<{ result: Awaited<ReturnType<typeof trainOne>>; events: TrainingEvent[] }> {
  const events: TrainingEvent[] = [];
  const options = { ...place, config: experimentConfig(), seed: 1, onEvent: (event: TrainingEvent) => void events.push(event), ...call };
  return { result: await trainOne(options), events };
}

const distilled = (outDir: string, teachers: string): Call => ({ arm: 'distilled', tasks: ['rte', 'stsb'], outDir, teachersDir: teachers });

describe('trainOne', () => {
  it('trains, scores and keeps a model of several tasks', async () => {
    const outDir = await temporaryFolder();
    const { result, events } = await one({ arm: 'multi', tasks: ['rte', 'mnli'], outDir, seed: 3 });
    expect(result).toMatchObject({ arm: 'multi', seed: 3, model: join(outDir, 'model'), tasks: { rte: {}, mnli: {} } });
    expect(started(events)).toEqual(['multi/all/seed-3']);
    expect(Object.keys(await snapshot(outDir))).toContain('model/heads.safetensors');
    const again = await one({ arm: 'multi', tasks: ['rte', 'mnli'], outDir, seed: 3 });
    expect(started(again.events)).toEqual([]);
    expect(again.result).toEqual(result);
  });

  it('holds its folder while it trains', async () => {
    const outDir = await temporaryFolder();
    const call: Call = { arm: 'multi', tasks: ['rte', 'mnli'], outDir };
    let second: Promise<unknown> | undefined;
    const onEvent = (event: TrainingEvent): void => {
      if (event.kind === 'step')
        second ??= one(call).then(
          () => 'trained as well',
          (error: unknown) => error,
        );
    };
    await one({ ...call, onEvent });
    expect(await second).toMatchObject({ code: 'ERR_LOCKED' });
    expect(Object.keys(await snapshot(outDir))).not.toContain('lock.json');
  });

  it('gives a single model the bytes that the experiment gives it', async () => {
    const outDir = await temporaryFolder();
    await experiment({ ...place, outDir, config: { tasks: ['rte'], arms: ['single'] } });
    const own = await weights(join(teachersDir, 'rte', 'model'));
    expect(await weights(join(outDir, 'runs/single/rte/seed-1/model'))).toEqual(own);
  });

  it('distils from one folder for each task', async () => {
    const outDir = await temporaryFolder();
    await one(distilled(outDir, teachersDir));
    expect((await readSteps(outDir)).map(({ lambda }) => lambda)[0]).toBe(0);
  });

  it('asks the teachers at the temperature that it is told', async () => {
    const out = await temporaryFolder();
    const [cold, hot] = [1, 4].map((temperature) => ({ config: experimentConfig({ distillation: { temperature } }) }));
    await one({ ...distilled(join(out, 'cold'), teachersDir), ...cold });
    await one({ ...distilled(join(out, 'hot'), teachersDir), ...hot });
    expect(await weights(join(out, 'hot/model'))).not.toEqual(await weights(join(out, 'cold/model')));
  });

  it("distils from an experiment's folder and from a model with all the heads, each to another student", async () => {
    const out = await temporaryFolder();
    await experiment({ ...place, outDir: join(out, 'experiment'), config: { tasks: ['rte', 'stsb'], arms: ['single'] } });
    await one(distilled(join(out, 'a'), teachersDir));
    await one(distilled(join(out, 'b'), join(out, 'experiment')));
    // The teachers are the same models, found in another place.
    expect(await weights(join(out, 'b/model'))).toEqual(await weights(join(out, 'a/model')));
    await one({ arm: 'multi', tasks: ['rte', 'stsb'], outDir: join(out, 'multi') });
    await one(distilled(join(out, 'c'), join(out, 'multi')));
    expect(await weights(join(out, 'c/model'))).not.toEqual(await weights(join(out, 'a/model')));
  });

  it("takes the lowest of an experiment's seeds for the teacher, which is not the first by name", async () => {
    const [dir, other] = [await temporaryFolder(), await temporaryFolder()];
    await one({ arm: 'single', tasks: ['rte'], outDir: other, seed: 2 });
    const seeds = { 'seed-10': other, 'seed-9': join(teachersDir, 'rte'), 'seed-11': other };
    for (const [seed, from] of Object.entries(seeds)) await cp(from, join(dir, 'runs/single/rte', seed), { recursive: true });
    const { rte } = await findTeachers(dir, ['rte'], place.modelDir);
    expect(rte).toEqual([{ modelDir: join(dir, 'runs/single/rte/seed-9/model'), hash: expect.any(String) }]);
  });

  it('names every place where it looked for a teacher', async () => {
    const outDir = await temporaryFolder();
    const failing = one({ ...distilled(outDir, teachersDir), tasks: ['rte', 'mnli'] });
    await expect(failing).rejects.toMatchObject({
      code: 'ERR_MODEL_FOLDER',
      message: expect.stringContaining(join(teachersDir, 'mnli', 'model')),
      details: { task: 'mnli' },
    });
    expect(await snapshot(outDir)).toEqual({});
  });

  it('refuses a teacher that reads with another tokeniser', async () => {
    const other = await temporaryFolder();
    await cp(teachersDir, other, { recursive: true });
    const vocab = join(other, 'stsb', 'model', 'vocab.txt');
    await writeFile(vocab, (await readFile(vocab, 'utf8')).replace('\na\n', '\nzz\n'));
    const failing = one(distilled(await temporaryFolder(), other));
    await expect(failing).rejects.toMatchObject({ code: 'ERR_TOKENIZER', details: { task: 'stsb' } });
  });

  it.each<[string, Partial<Call>, string?]>([
    ['several tasks for one single model', { arm: 'single', tasks: ['rte', 'mnli'] }],
    ['no task', { arm: 'multi', tasks: [] }],
    ['a distilled model without teachers', { arm: 'distilled' }],
    ['teachers for a model that has none', { arm: 'multi', teachersDir: 'somewhere' }],
    ['a task twice', { arm: 'multi', tasks: ['rte', 'mnli', 'rte'] }],
    ['a seed between two numbers', { seed: 1.5 }],
    ['a seed below 0', { seed: -1 }],
    ['a seed that no double holds exactly', { seed: 2 ** 53 }],
    ['a kind that there is not, of JavaScript', { arm: 'mutli' as 'multi' }],
    ['an unknown task', { tasks: ['rtee'] }, 'ERR_UNKNOWN_TASK'],
    ['a changed configuration', { config: { ...experimentConfig(), loss: { reduction: 'max' as 'mean' } } }, 'ERR_CONFIG'],
    ['nobody to tell, of JavaScript', { onEvent: undefined as never }, 'ERR_INVALID_ARGUMENT'],
  ])('refuses %s, and makes no folder', async (_, wrong, code = 'ERR_USAGE') => {
    const outDir = join(await temporaryFolder(), 'out');
    await expect(one({ arm: 'multi', tasks: ['rte'], outDir, ...wrong })).rejects.toMatchObject({ code });
    expect(existsSync(outDir)).toBe(false);
  });

  it('goes on in the same folder with a model that was cut before', async () => {
    const [modelDir, outDir] = [await temporaryFolder(), await temporaryFolder()];
    await cp(place.modelDir, modelDir, { recursive: true });
    const file = join(modelDir, 'model.safetensors');
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length - 100));
    const call: Call = { arm: 'single', tasks: ['rte'], outDir, modelDir };
    await expect(one(call)).rejects.toMatchObject({ code: 'ERR_SAFETENSORS' });
    await writeFile(file, whole);
    await one(call);
    expect(await weights(join(outDir, 'model'))).toEqual(await weights(join(teachersDir, 'rte', 'model')));
  });

  it('goes on in a folder where not every teacher could be asked', async () => {
    const [teachers, outDir] = [await temporaryFolder(), await temporaryFolder()];
    await cp(teachersDir, teachers, { recursive: true });
    const heads = join(teachers, 'stsb', 'model', 'heads.safetensors');
    const whole = await readFile(heads);
    await writeFile(heads, whole.subarray(0, 100));
    await expect(one(distilled(outDir, teachers))).rejects.toMatchObject({ code: 'ERR_SAFETENSORS' });
    await writeFile(heads, whole);
    await one(distilled(outDir, teachers));
    expect(Object.keys(await snapshot(outDir))).toContain('model/heads.safetensors');
  });
});

describe('a folder that is not its own', () => {
  async function refuses(outDir: string, call: Partial<Call>, message: string): Promise<void> {
    const before = await snapshot(outDir);
    const failing = one({ arm: 'single', tasks: ['rte'], outDir, ...call });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message: expect.stringContaining(message) });
    expect(await snapshot(outDir)).toEqual(before);
  }

  it('with another training in it is refused, by setting', async () => {
    await refuses(join(teachersDir, 'rte'), { seed: 2 }, 'seed is 1 there and 2 here');
    await refuses(join(teachersDir, 'rte'), { arm: 'multi' }, 'kind is single there and multi here');
  });

  it('with an experiment in it is refused', async () => {
    const outDir = await temporaryFolder();
    await experiment({ ...place, outDir, config: { tasks: ['rte'], arms: ['single'] } });
    await refuses(outDir, {}, 'holds an experiment');
  });

  it("with somebody's model in it is refused: the model is not replaced", async () => {
    const outDir = await temporaryFolder();
    await mkdir(join(outDir, 'model'));
    await cp(place.modelDir, join(outDir, 'model'), { recursive: true });
    await refuses(outDir, {}, 'already holds model');
  });
});
