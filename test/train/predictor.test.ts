/** A trained model folder that answers: the same scores, logits and labels by every way in. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TeacherOutputs } from '../../src/distill/teacher-store.js';
import { trainOne } from '../../src/experiment/train-one.js';
import { initHead, type HeadSpec } from '../../src/nn/head.js';
import { modelFolderHash, openModelFolder, writeModelFolder } from '../../src/nn/model-folder.js';
import { readExamples, taskByName } from '../../src/tasks/index.js';
import { evaluateModel, type EvaluateModelOptions, type ModelScores } from '../../src/train/evaluate-model.js';
import { predictionsOf } from '../../src/train/evaluate.js';
import type { MetricScores, TrainingEvent } from '../../src/train/events.js';
import { headSpec } from '../../src/train/heads.js';
import { InferenceModel } from '../../src/train/inference.js';
import { prepareData } from '../../src/train/prepare-data.js';
import { Predictor, type PredictionRow } from '../../src/train/predictor.js';
import { SharedCores } from '../../src/train/shared-cores.js';
import { teacherOutputs, teacherOutputsPath } from '../../src/train/teacher-outputs.js';
import { smallData, temporaryFolder, tinyModel } from './tiny-model.js';
import { smallConfig, type Place } from './training-rig.js';

const config = smallConfig({ multi: { epochs: 2, batchSize: 8, learningRate: 1e-2 } });
const ignore = (): void => undefined;
let place: Place;
let model: string;
let trained: ModelScores;
let predictor: Predictor;

beforeAll(async () => {
  const dataDir = await smallData(['RTE', 'STS-B', 'MNLI'], 33);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
  const outDir = await temporaryFolder();
  model = join(outDir, 'model');
  trained = await trainOne({ ...place, config, arm: 'multi', tasks: ['rte', 'stsb', 'mnli'], seed: 1, outDir, onEvent: ignore });
  predictor = await Predictor.open(model, config.runtime);
});
afterAll(() => predictor.close());

async function rows(task: string, split: 'train' | 'dev') {
  const list = [];
  for await (const example of readExamples(taskByName(task), split, place.dataDir, { badRows: 'stop' })) list.push(example);
  return list;
}

async function untrained(spec: HeadSpec): Promise<Predictor> {
  const { bert } = await openModelFolder(place.modelDir, { device: 'cpu', dropout: null });
  const head = initHead(spec, bert.config.hiddenSize, 'cpu', 1, 'truncated_normal');
  const folder = join(await temporaryFolder(), 'model');
  const limit = { maxLength: 48, truncation: 'reference' } as const;
  const info = { arm: 'single', seed: 1, tasks: [spec.task], preset: 'custom', scores: {}, ...limit };
  await writeModelFolder(folder, { bert, heads: [head], tokenizerFrom: place.modelDir, info });
  for (const module of [bert, head]) module.dispose();
  return Predictor.open(folder, config.runtime);
}

const evaluate = (options: Partial<EvaluateModelOptions> = {}): Promise<ModelScores> =>
  evaluateModel({ modelDir: model, dataDir: place.dataDir, split: 'dev', config, onEvent: ignore, ...options });

describe('evaluateModel', () => {
  it('gives the scores that training gave, whatever the batch size', async () => {
    expect(await evaluate()).toEqual({ tasks: trained.tasks, mismatched: trained.mismatched });
    expect(Object.keys(trained.mismatched)).toEqual(['mnli']);
    const runtime = { ...config.runtime, evaluationBatchTokens: 1 };
    const { tasks: oneByOne } = await evaluate({ config: { ...config, runtime } });
    expect(oneByOne['rte']).toEqual(trained.tasks['rte']);
    const pearson = (scores: MetricScores | undefined): number => scores?.pearson ?? NaN;
    expect(pearson(oneByOne['stsb'])).toBeCloseTo(pearson(trained.tasks['stsb']), 4);
  });

  it('scores the mismatched set of the one task that has it', async () => {
    expect(await evaluate({ split: 'dev_mismatched' })).toEqual({ tasks: trained.mismatched, mismatched: {} });
    expect(await evaluate({ tasks: ['rte'] })).toEqual({ tasks: { rte: trained.tasks['rte'] }, mismatched: {} });
  });

  it('says so where the mismatched set is not there', async () => {
    const dataDir = await temporaryFolder();
    await cp(place.dataDir, dataDir, { recursive: true });
    await rm(join(dataDir, 'MNLI', 'dev_mismatched.tsv'));
    const messages: string[] = [];
    const onEvent = (event: TrainingEvent): void => void (event.kind === 'notice' && messages.push(event.message));
    expect(await evaluate({ dataDir, tasks: ['mnli'], onEvent })).toEqual({ tasks: { mnli: trained.tasks['mnli'] }, mismatched: {} });
    expect(messages).toContain('MNLI is scored on its matched set alone: the data folder has no mismatched one');
  });

  it('refuses a split without labels, and a task without a head', async () => {
    await expect(evaluate({ split: 'test', tasks: ['rte'] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining('no labels'),
    });
    await expect(evaluate({ tasks: ['qqp'] })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_TASK',
      message: expect.stringContaining('rte, stsb, mnli'),
    });
  });

  it('refuses a plain encoder', async () => {
    await expect(evaluate({ modelDir: place.modelDir })).rejects.toMatchObject({ code: 'ERR_MODEL_FOLDER' });
  });
});

describe('Predictor', () => {
  it('predicts what is scored: accuracy counted by hand', async () => {
    const examples = await rows('rte', 'dev');
    const predictions = await predictor.predict('rte', examples);
    const right = predictions.filter(({ label }, i) => label === taskByName('rte').labels[examples[i]?.label ?? -1]).length;
    expect(right / examples.length).toBe(trained.tasks['rte']?.accuracy);
  });

  it('gives probabilities that are the softmax of the logits', async () => {
    const [prediction] = await predictor.predict('mnli', await rows('mnli', 'dev'));
    const { label, score, probabilities = [], logits = [] } = prediction ?? {};
    const powers = logits.map(Math.exp);
    const total = powers.reduce((a, b) => a + b, 0);
    probabilities.forEach((probability, i) => expect(probability).toBeCloseTo((powers[i] ?? NaN) / total, 6));
    expect(score).toBeNull();
    expect(label).toBe(taskByName('mnli').labels[probabilities.indexOf(Math.max(...probabilities))]);
  });

  it('predicts a score in the range of the task', async () => {
    const predictions = await predictor.predict('stsb', await rows('stsb', 'dev'));
    for (const { label, score, probabilities, logits } of predictions) {
      expect({ label, probabilities }).toEqual({ label: null, probabilities: [] });
      expect(logits).toHaveLength(1);
      expect(score).toBeCloseTo(5 * (logits[0] ?? NaN), 5);
    }
  });

  it("answers AX by MNLI's head", async () => {
    const examples = await rows('mnli', 'dev');
    expect(await predictor.predict('ax', examples)).toEqual(await predictor.predict('mnli', examples));
  });

  it('answers row by row as all at once, and nothing for nothing', async () => {
    const examples = (await rows('rte', 'dev')).slice(0, 4);
    const together = await predictor.predict('rte', examples);
    for (const [i, example] of examples.entries()) {
      const [alone] = await predictor.predict('rte', [example]);
      alone?.logits.forEach((logit, c) => expect(logit).toBeCloseTo(together[i]?.logits[c] ?? NaN, 5));
    }
    expect(await predictor.predict('rte', [])).toEqual([]);
  });

  it.each<[string, object | null]>([
    ['a pair without its second text', { textA: 'a dog', textB: null }],
    ['a pair that leaves it out, as JavaScript may', { textA: 'a dog' }],
    ['a text that is none', { textA: 7, textB: 'a dog' }],
    ['nothing, as JavaScript may', null],
  ])('refuses %s, by row', async (_, row) => {
    const asked = [{ textA: 'a dog', textB: 'an ox' }, row as PredictionRow];
    await expect(predictor.predict('rte', asked)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'row 1 (from 0): an example of rte has two texts, textA and textB',
      details: { task: 'rte', row: 1 },
    });
  });

  it('refuses a second text where the task has one', async () => {
    const films = await untrained(headSpec(taskByName('sst2'), config.model));
    await expect(films.predict('sst2', [{ textA: 'a film', textB: 'another' }])).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      details: { task: 'sst2', row: 0 },
    });
    expect(await films.predict('sst2', [{ textA: 'a film', textB: null }])).toHaveLength(1);
    await films.close();
  });

  it('answers for the rows it was given, whatever becomes of their array', async () => {
    const examples = (await rows('rte', 'dev')).slice(0, 3);
    const expected = await predictor.predict('rte', examples);
    const given = [...examples];
    const answers = predictor.predict('rte', given);
    given.length = 0;
    expect(await answers).toEqual(expected);
  });

  it('names the tasks that only the model knows', async () => {
    const moods = await untrained({ ...headSpec(taskByName('sst2'), config.model), task: 'mood' });
    expect(moods.task('mood').labels).toEqual(taskByName('sst2').labels);
    expect(() => moods.task('moood')).toThrow("unknown task 'moood'; did you mean 'mood'? Known tasks: mood, cola, sst2,");
    await moods.close();
  });

  it('refuses an unknown task and one it has no head for', async () => {
    await expect(predictor.predict('rtee', [])).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_TASK',
      message: expect.stringContaining("'rte'"),
    });
    await expect(predictor.predict('cola', [])).rejects.toMatchObject({ code: 'ERR_UNKNOWN_TASK' });
  });
});

describe('predictionsOf', () => {
  it('takes the first of equal logits, and no class where a logit is NaN', () => {
    expect([...predictionsOf(Float32Array.of(0, 2, 2, 3, 1, -1, NaN, 9, 9), 3)]).toEqual([1, 0, NaN]);
  });
});

describe('teacherOutputs', () => {
  const request = async (folder: string) => {
    const splits = [{ task: 'rte', split: 'train' as const }];
    const data = await prepareData({ ...place, config, splits, onEvent: ignore });
    const dataset = data.get('rte', 'train');
    return { modelDir: model, hash: await modelFolderHash(model), dataset, folder, runtime: config.runtime, cores: new SharedCores(1) };
  };

  it("stores the teacher's logits for every training example", async () => {
    const asked = await request(await temporaryFolder());
    const outputs = await teacherOutputs(asked);
    const examples = await rows('rte', 'train');
    const predictions = await predictor.predict('rte', examples);
    expect(asked.dataset.size).toBe(examples.length);
    predictions.forEach(({ logits }, i) => outputs.logits(i).forEach((value, c) => expect(value).toBeCloseTo(logits[c] ?? NaN, 5)));
    const path = teacherOutputsPath(asked.folder, 'rte', asked.hash);
    const reopened = await TeacherOutputs.open(path, { teacherHash: asked.hash, dataset: asked.dataset });
    expect(reopened.logits(0)).toEqual(outputs.logits(0));
  });

  it('asks the teacher once where two students start together', async () => {
    const asked = await request(await temporaryFolder());
    const opened = vi.spyOn(InferenceModel, 'open'); // the real one is called
    const [one, two] = await Promise.all([teacherOutputs(asked), teacherOutputs(asked)]);
    expect(opened).toHaveBeenCalledTimes(1);
    opened.mockRestore();
    expect(two.logits(0)).toEqual(one.logits(0));
  });

  it('asks it again where the student that began was cancelled', async () => {
    const asked = await request(await temporaryFolder());
    const first = teacherOutputs({ ...asked, signal: AbortSignal.abort() });
    const others = [teacherOutputs(asked), teacherOutputs(asked)];
    await expect(first).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    for (const outputs of await Promise.all(others)) expect(outputs.width).toBe(2);
  });

  it('refuses a folder that holds another teacher than the one meant, and stores nothing', async () => {
    const asked = { ...(await request(await temporaryFolder())), hash: 'f'.repeat(64) };
    await expect(teacherOutputs(asked)).rejects.toMatchObject({ code: 'ERR_TEACHER_LOGITS' });
    await expect(
      TeacherOutputs.open(teacherOutputsPath(asked.folder, 'rte', asked.hash), { teacherHash: asked.hash, dataset: asked.dataset }),
    ).rejects.toThrow();
  });
});
