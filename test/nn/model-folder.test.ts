/** Model folders: what is refused, what is written, and that a written folder reads back to the same model. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initHead, type HeadSpec } from '../../src/nn/head.js';
import { modelFolderHash, openModelFolder, writeModelFolder } from '../../src/nn/model-folder.js';
import { readSafetensors, writeSafetensors, type NamedTensor } from '../../src/nn/safetensors.js';
import { BERT_FIXTURE_MODEL } from './fixture.js';

const OPTIONS = { device: 'cpu', dropout: null };
const SPEC: HeadSpec = {
  task: 'rte',
  kind: 'classification',
  labels: ['entailment', 'not_entailment'],
  scoreRange: null,
  activation: 'linear',
  dropout: 0.1,
};
const SCORE: HeadSpec = { task: 'stsb', kind: 'regression', labels: [], scoreRange: [0, 5], activation: 'sigmoid', dropout: 0.1 };
const INFO = {
  arm: 'multi',
  seed: 3,
  tasks: ['rte', 'stsb'],
  preset: 'custom',
  maxLength: 64,
  truncation: 'reference' as const,
  scores: { rte: { accuracy: 0.75 } },
};

let dir: string;
let model: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bornagain-model-'));
  model = join(dir, 'model');
  await cp(BERT_FIXTURE_MODEL, model, { recursive: true });
});
afterEach(() => rm(dir, { recursive: true }));

async function changeWeights(change: (tensors: Map<string, NamedTensor>) => void): Promise<void> {
  const path = join(model, 'model.safetensors');
  const { tensors } = await readSafetensors(path);
  change(tensors);
  await writeSafetensors(path, tensors);
}

async function changeConfig(change: Record<string, unknown>): Promise<void> {
  const path = join(model, 'config.json');
  await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), ...change }));
}

const refusal = (code: string, message: string) => ({ code, message: expect.stringContaining(message) as string });

describe('reading a model folder', () => {
  it('names a missing, an extra and a misshapen tensor at once', async () => {
    await changeWeights((tensors) => {
      tensors.delete('pooler.dense.bias');
      tensors.set('encoder.layer.3.output.dense.bias', { shape: [32], data: new Float32Array(32) });
      tensors.set('embeddings.LayerNorm.weight', { shape: [16], data: new Float32Array(16) });
    });
    const opened = openModelFolder(model, OPTIONS);
    await expect(opened).rejects.toMatchObject(refusal('ERR_CHECKPOINT', "'bert.pooler.dense.bias' [32] is missing"));
    await expect(opened).rejects.toMatchObject(
      refusal('ERR_CHECKPOINT', "'bert.encoder.layer.3.output.dense.bias' is not part of the model"),
    );
    await expect(opened).rejects.toMatchObject(
      refusal('ERR_CHECKPOINT', "'bert.embeddings.LayerNorm.weight' is [16], the model needs [32]"),
    );
  });

  it('leaves out position ids and pre-training heads, and says so', async () => {
    await changeWeights((tensors) => {
      tensors.set('embeddings.position_ids', { shape: [1, 40], data: new Float32Array(40) });
      tensors.set('cls.predictions.bias', { shape: [97], data: new Float32Array(97) });
    });
    const { bert, leftOut } = await openModelFolder(model, OPTIONS);
    expect(leftOut).toEqual(['embeddings.position_ids', 'cls.predictions.bias']);
    bert.dispose();
  });

  it.each([
    [{ model_type: 'roberta' }, "model_type 'roberta'"],
    [{ position_embedding_type: 'relative_key' }, "position_embedding_type 'relative_key'"],
    [{ hidden_act: 'swish' }, "hidden_act 'swish'"],
    [{ num_attention_heads: 5 }, 'hidden_size 32 is no multiple of num_attention_heads 5'],
    [{ vocab_size: 'many' }, 'vocab_size'],
    [{ vocab_size: 98 }, "'bert.embeddings.word_embeddings.weight' is [97, 32], the model needs [98, 32]"],
  ])('refuses a config.json with %j', async (change, message) => {
    await changeConfig(change);
    const code = message.includes('the model needs') ? 'ERR_CHECKPOINT' : 'ERR_MODEL_FOLDER';
    await expect(openModelFolder(model, OPTIONS)).rejects.toMatchObject(refusal(code, message));
  });

  it('names what is missing in a folder', async () => {
    await rm(join(model, 'model.safetensors'));
    await expect(openModelFolder(model, OPTIONS)).rejects.toMatchObject(
      refusal('ERR_MODEL_FOLDER', 'has none of model.safetensors, model.safetensors.index.json, pytorch_model.bin'),
    );
    await rm(join(model, 'config.json'));
    await expect(openModelFolder(model, OPTIONS)).rejects.toMatchObject(refusal('ERR_MODEL_FOLDER', 'config.json'));
  });

  it('says so where there is no folder, or a file', async () => {
    const places = [
      [join(model, 'nowhere'), 'there is no such folder'],
      [join(model, 'config.json'), 'it is a file'],
    ] as const;
    for (const [place, message] of places) {
      await expect(openModelFolder(place, OPTIONS)).rejects.toMatchObject(
        refusal('ERR_MODEL_FOLDER', `${place} is no model folder: ${message}`),
      );
    }
  });

  it('refuses weights that were cut', async () => {
    const path = join(model, 'model.safetensors');
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length - 100));
    await expect(openModelFolder(model, OPTIONS)).rejects.toMatchObject({ code: 'ERR_SAFETENSORS' });
  });
});

describe('writing a model folder', () => {
  it('keeps encoder, heads, tokeniser and how it was made', async () => {
    await writeFile(join(model, 'vocab.txt'), '[PAD]\n');
    const { bert, config } = await openModelFolder(model, OPTIONS);
    const heads = [SPEC, SCORE].map((spec) => initHead(spec, config.hiddenSize, 'cpu', 3, 'truncated_normal'));
    const written = join(dir, 'written');
    await writeModelFolder(written, { bert, heads, tokenizerFrom: model, info: INFO });
    expect(await readdir(written)).toEqual([
      'README.md',
      'bornagain.json',
      'config.json',
      'heads.safetensors',
      'model.safetensors',
      'vocab.txt',
    ]);
    expect(await readdir(dir)).toEqual(['model', 'written']);

    const again = await openModelFolder(written, OPTIONS);
    expect(again.headSpecs).toEqual([SPEC, SCORE]);
    expect(again.info).toEqual(INFO);
    expect(again.bert.tensors()).toEqual(bert.tensors());
    again.heads.forEach((head, i) => expect(head.tensors()).toEqual(heads[i]?.tensors()));
    expect(again.hash).toBe(await modelFolderHash(written));
    for (const module of [bert, ...heads, again.bert, ...again.heads]) module.dispose();
  });

  it('has a hash that follows weights and heads, not how it was made', async () => {
    const { bert, config } = await openModelFolder(model, OPTIONS);
    const write = async (name: string, seed: number, info = INFO): Promise<string> => {
      const head = initHead(SPEC, config.hiddenSize, 'cpu', seed, 'truncated_normal');
      await writeModelFolder(join(dir, name), { bert, heads: [head], tokenizerFrom: model, info });
      head.dispose();
      return modelFolderHash(join(dir, name));
    };
    const first = await write('a', 1);
    expect(await write('b', 1, { ...INFO, scores: { rte: { accuracy: 0.5 } } })).toBe(first);
    expect(await write('c', 2)).not.toBe(first);
    expect(first).not.toBe(await modelFolderHash(model));
    bert.dispose();
  });
});

describe('a head to train', () => {
  it("is a function of seed and task, with BERT's truncated normal weights and zero bias", () => {
    const weights = (seed: number, task: string): NamedTensor => {
      const head = initHead({ ...SPEC, task }, 512, 'cpu', seed, 'truncated_normal');
      const tensors = head.tensors();
      head.dispose();
      expect([...(tensors.get(`heads.${task}.classifier.bias`) as NamedTensor).data]).toEqual([0, 0]);
      return tensors.get(`heads.${task}.classifier.weight`) as NamedTensor;
    };
    const { shape, data } = weights(1, 'rte');
    expect(shape).toEqual([2, 512]);
    expect(weights(1, 'rte').data).toEqual(data);
    expect(weights(2, 'rte').data).not.toEqual(data);
    expect(weights(1, 'mrpc').data).not.toEqual(data);
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.04));
    // A normal distribution cut at two deviations has 0.8796 of the deviation (scipy.stats.truncnorm(-2, 2).std()).
    const deviation = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
    expect(Math.abs(deviation / 0.02 - 0.8796)).toBeLessThan(0.08);
  });

  it.each([1, 2, 3])('of %d outputs is drawn as tf.layers.dense does where asked: uniform within √(6 / (inputs + outputs))', (outputs) => {
    const spec: HeadSpec = outputs === 1 ? SCORE : { ...SPEC, labels: Array.from({ length: outputs }, (_, label) => `label ${label}`) };
    const inputs = 4000;
    const head = initHead(spec, inputs, 'cpu', 5, 'glorot_uniform');
    const [weight, bias] = [...head.tensors().values()].map(({ data }) => data);
    head.dispose();
    expect(bias).toEqual(new Float32Array(outputs));
    const bound = Math.sqrt(6 / (inputs + outputs));
    const sorted = Float64Array.from(weight as Float32Array, (value) => (value / bound + 1) / 2).sort();
    expect(sorted[0]).toBeGreaterThanOrEqual(0);
    expect(sorted.at(-1)).toBeLessThanOrEqual(1 + 1e-6);
    // Kolmogorov's distance from the uniform distribution; 1.95 / √n is exceeded with probability 0.001.
    const distance = sorted.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (i + 0.5) / sorted.length)), 0);
    expect(distance).toBeLessThan(1.95 / Math.sqrt(sorted.length));
  });
});
