/**
 * Export: a head of Transformers, taken in, kept in a model folder and exported again, gives Transformers' logits and has its names. That
 * Transformers itself loads such a folder is compared by test/interop.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedHeads } from '../../src/nn/described-heads.js';
import { exportModel, exportTaskModel } from '../../src/nn/export.js';
import { Head, type HeadSpec } from '../../src/nn/head.js';
import type { ModelInfo } from '../../src/nn/heads-file.js';
import type { HeadTask } from '../../src/nn/import-classifier.js';
import { openModelFolder, writeModelFolder } from '../../src/nn/model-folder.js';
import { readSafetensors } from '../../src/nn/safetensors.js';
import { Tensor } from '../../src/tensor/index.js';
import { packedTokens, relativeError, values } from './fixture.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/model-import/', import.meta.url));
const MNLI: HeadTask = { name: 'mnli', kind: 'classification', labels: ['contradiction', 'entailment', 'neutral'], scoreRange: null };
const STSB: HeadTask = { name: 'stsb', kind: 'regression', labels: [], scoreRange: [1, 5] };
const SCORE: HeadSpec = {
  ...{ task: 'stsb', kind: 'regression', texts: 2, labels: [] },
  scoreRange: [1, 5],
  activation: 'sigmoid',
  dropout: 0.2,
};
const INFO: ModelInfo = {
  ...{
    arm: 'single-multi',
    seed: 7,
    tasks: ['mnli', 'stsb'],
    preset: 'paper',
    maxLength: 16,
    truncation: 'reference',
    scores: { mnli: { accuracy: 0.5 } },
  },
  made: {
    encoder: { name: 'bert-small', hash: 'abc' },
    training: { steps: 120, batchSize: 16, learningRate: 1e-4, layerDecay: 0.9 },
    distillation: { tasks: ['mnli', 'stsb'], lambda: null },
    departures: { 'multi.batchSize': { preset: 128, value: 16 } },
  },
};

let root: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bornagain-export-'));
  model = join(root, 'model');
  const source = join(root, 'source');
  await cp(join(FIXTURES, 'sharded-classifier'), source, { recursive: true });
  await writeFile(join(source, 'vocab.txt'), '[PAD]\n');
  await writeFile(join(source, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: true, model_max_length: 512 }));
  await writeFile(join(source, 'README.md'), '---\nlanguage: en\nlicense: apache-2.0\n---\n\n# A model\n');
  const { bert, heads } = await openModelFolder(source, { device: 'cpu', dropout: null, classifierTask: MNLI });
  const score = Head.create(SCORE, 16, 'cpu');
  score.load(
    new Map([
      ['heads.stsb.classifier.weight', { shape: [1, 16], data: Float32Array.from({ length: 16 }, (_, i) => (i - 7) / 8) }],
      ['heads.stsb.classifier.bias', { shape: [1], data: Float32Array.of(0.25) }],
    ]),
  );
  await writeModelFolder(model, { bert, heads: [...heads, score], tokenizerFrom: source, info: INFO });
  for (const module of [bert, ...heads, score]) module.dispose();
  await exportModel({ modelDir: model, outDir: join(root, 'out') });
});
afterAll(() => rm(root, { recursive: true }));

it('tells its tokeniser the length that it was trained to be cut to', async () => {
  const own = async (folder: string): Promise<unknown> => JSON.parse(await readFile(join(folder, 'tokenizer_config.json'), 'utf8'));
  expect(await own(join(root, 'out', 'mnli'))).toEqual({ do_lower_case: true, model_max_length: INFO.maxLength });
  expect(await own(model)).toEqual({ do_lower_case: true, model_max_length: 512 });
});

const exportedConfig = async (task: string): Promise<unknown> => JSON.parse(await readFile(join(root, 'out', task, 'config.json'), 'utf8'));

describe('exportModel', () => {
  it('tells of the head what its own folder does, the texts of an example where those are known', async () => {
    const folder = join(root, 'out', 'stsb');
    expect(await describedHeads(folder)).toEqual([SCORE]);
    const [mnli] = await describedHeads(join(root, 'out', 'mnli'));
    expect([mnli?.task, mnli?.labels, mnli?.texts]).toEqual(['mnli', MNLI.labels, undefined]);
    expect(await describedHeads(model)).toEqual([expect.objectContaining({ task: 'mnli' }), SCORE]);
    expect(await describedHeads(join(FIXTURES, 'bin-classifier'))).toEqual([]);
  });

  it("writes BertForSequenceClassification's tensors and labels, and nothing of this project's layout", async () => {
    expect((await readdir(join(root, 'out', 'mnli'))).sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'tokenizer_config.json',
      'vocab.txt',
    ]);
    const { tensors, metadata } = await readSafetensors(join(root, 'out', 'mnli', 'model.safetensors'));
    const state = await openModelFolder(join(FIXTURES, 'bin-classifier'), { device: 'cpu', dropout: null });
    expect([...tensors.keys()].sort()).toEqual([...state.bert.parameterNames(), 'classifier.bias', 'classifier.weight'].sort());
    state.bert.dispose();
    expect(metadata).toEqual({ format: 'pt' });
    expect(await exportedConfig('mnli')).toMatchObject({
      architectures: ['BertForSequenceClassification'],
      model_type: 'bert',
      hidden_act: 'gelu_new',
      layer_norm_eps: 1e-3,
      id2label: { 0: 'contradiction', 1: 'entailment', 2: 'neutral' },
      label2id: { contradiction: 0, entailment: 1, neutral: 2 },
      num_labels: 3,
      problem_type: 'single_label_classification',
      classifier_dropout: 0.3,
      dtype: 'float32',
    });
  });

  it("gives Transformers' logits when it is opened as a classifier again", async () => {
    const { tensors } = await readSafetensors(join(FIXTURES, 'sharded-classifier', 'expected.safetensors'));
    const folder = join(root, 'out', 'mnli');
    const { bert, heads, limit, notices } = await openModelFolder(folder, { device: 'cpu', dropout: null, classifierTask: MNLI });
    const logits = heads[0]?.forward(bert.forward(packedTokens(tensors)).pooled).data() as Float32Array;
    const expected = values(tensors, 'logits');
    // Transformers' classes are entailment, neutral, contradiction.
    const reordered = Float32Array.from(expected, (_, i) => expected[3 * Math.floor(i / 3) + ([2, 0, 1][i % 3] as number)] as number);
    expect(relativeError(logits, reordered)).toBeLessThan(2e-6);
    expect([limit, notices]).toEqual([{ maxLength: 16, truncation: 'reference' }, []]);
    for (const module of [bert, ...heads]) module.dispose();
  });

  it("keeps an encoder's own config.json free of what described another head or precision", async () => {
    const config = async (dir: string): Promise<Record<string, unknown>> =>
      JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as Record<string, unknown>;
    expect(await config(join(root, 'source'))).toHaveProperty('id2label');
    const written = await config(model);
    expect(written).toMatchObject({ architectures: ['BertModel'], model_type: 'bert', dtype: 'float32', layer_norm_eps: 1e-3 });
    for (const key of ['id2label', 'label2id', 'num_labels', 'problem_type', 'classifier_dropout']) expect(written).not.toHaveProperty(key);
    const half = await openModelFolder(join(FIXTURES, 'float16-bin'), { device: 'cpu', dropout: null });
    await writeModelFolder(join(root, 'half'), { bert: half.bert, heads: [], tokenizerFrom: join(root, 'source'), info: INFO });
    half.bert.dispose();
    expect((await config(join(FIXTURES, 'float16-bin')))['dtype']).toBe('float16');
    expect((await config(join(root, 'half')))['dtype']).toBe('float32');
  });

  it('keeps the weights of a regression as they are and notes its sigmoid and scale', async () => {
    expect(await exportedConfig('stsb')).toMatchObject({
      id2label: { 0: 'LABEL_0' },
      num_labels: 1,
      problem_type: 'regression',
      classifier_dropout: 0.2,
      bornagain: { task: 'stsb', texts: 2, scoreRange: [1, 5], activation: 'sigmoid', maxLength: 16, truncation: 'reference' },
    });
    const folder = join(root, 'out', 'stsb');
    const { tensors } = await readSafetensors(join(folder, 'model.safetensors'));
    expect(tensors.get('classifier.weight')?.data[15]).toBe(1);
    const { bert, heads } = await openModelFolder(folder, { device: 'cpu', dropout: null, classifierTask: STSB });
    const pooled = Tensor.from(
      Float32Array.from({ length: 16 }, (_, i) => (i === 15 ? 0.5 : 0)),
      { shape: [1, 16] },
    );
    // sigmoid(0.25 + 0.5), by NumPy: 1 / (1 + exp(-0.75)).
    expect(heads[0]?.forward(pooled).item()).toBeCloseTo(0.6791786991753931, 6);
    for (const module of [bert, ...heads]) module.dispose();
    const other: HeadTask = { ...STSB, scoreRange: [0, 5] };
    await expect(openModelFolder(folder, { device: 'cpu', dropout: null, classifierTask: other })).rejects.toMatchObject({
      code: 'ERR_MODEL_FOLDER',
      message: expect.stringContaining('range over 1 to 5, those of stsb over 0 to 5') as string,
    });
  });

  it('says in the cards what the model is, how it was made and what the logits mean', async () => {
    const card = await readFile(join(root, 'out', 'stsb', 'README.md'), 'utf8');
    expect(card).toMatch(/^---\nlicense: apache-2\.0\n/);
    for (const part of [
      'from a single-multi model, seed 7',
      '`logits[0]` is the value z before it',
      's = 1 / (1 + exp(−z)) in [0, 1], and 1 + 4 · s',
      'Preset `paper`, departing from it in `multi.batchSize` (16 instead of 128)',
      'Distilled from teachers on mnli, stsb; teacher annealing: lambda 0 to 1. Lambda is the weight of the gold label',
      '120 steps of 16 examples',
      'AutoModelForSequenceClassification.from_pretrained',
    ]) {
      expect(card).toContain(part);
    }
    const whole = await readFile(join(model, 'README.md'), 'utf8');
    expect(whole).toContain('| mnli | contradiction, entailment, neutral | accuracy 0.5000 |');
    expect(whole).toContain('`apache-2.0`, the licence of the model it started from');
  });

  it('exports one task, and refuses unknown ones, folders in use and models without heads before it writes', async () => {
    const outDir = join(root, 'one');
    expect((await exportTaskModel({ modelDir: model, outDir, task: 'mnli' })).folder).toBe(join(outDir, 'mnli'));
    const attempt = (tasks: string[], dir = 'two') => exportModel({ modelDir: model, outDir: join(root, dir), tasks });
    await expect(attempt(['mnli', 'qqp'])).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_TASK',
      message: expect.stringContaining('no head for qqp: its heads are mnli, stsb') as string,
    });
    await mkdir(join(root, 'three', 'stsb'), { recursive: true });
    await writeFile(join(root, 'three', 'stsb', 'thesis.txt'), 'mine');
    await expect(attempt(['mnli', 'stsb'], 'three')).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER' });
    expect(await readdir(join(root, 'three'))).toEqual(['stsb']);
    await expect(exportModel({ modelDir: join(root, 'source'), outDir: join(root, 'two') })).rejects.toMatchObject({
      code: 'ERR_MODEL_FOLDER',
    });
    expect(await readdir(root)).not.toContain('two');
  });
});
