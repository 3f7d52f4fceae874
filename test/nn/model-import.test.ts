/** Every form a BERT of Hugging Face comes in, against Transformers: make_model_import.py made the folders and what they must give. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeadTask } from '../../src/nn/import-classifier.js';
import { modelFolderHash, openModelFolder, type OpenedModel, type OpenOptions } from '../../src/nn/model-folder.js';
import { readSafetensors, writeSafetensors, type NamedTensor } from '../../src/nn/safetensors.js';
import { packedTokens, relativeError, values, type Tensors } from './fixture.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/model-import/', import.meta.url));
const OPTIONS: OpenOptions = { device: 'cpu', dropout: null };
const MNLI: HeadTask = { name: 'mnli', kind: 'classification', labels: ['contradiction', 'entailment', 'neutral'], scoreRange: null };
const RTE: HeadTask = { name: 'rte', kind: 'classification', labels: ['entailment', 'not_entailment'], scoreRange: null };
const STSB: HeadTask = { name: 'stsb', kind: 'regression', labels: [], scoreRange: [0, 5] };

let root: string;
const opened: OpenedModel[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bornagain-import-'));
});
afterEach(async () => {
  for (const { bert, heads } of opened.splice(0)) for (const module of [bert, ...heads]) module.dispose();
  await rm(root, { recursive: true });
});

async function open(dir: string, options: Partial<OpenOptions> = {}): Promise<OpenedModel> {
  const model = await openModelFolder(dir, { ...OPTIONS, ...options });
  opened.push(model);
  return model;
}

async function expected(name: string): Promise<Tensors> {
  return (await readSafetensors(join(FIXTURES, name, 'expected.safetensors'))).tensors;
}

/** A copy whose config.json is changed. */
async function changed(name: string, config: Record<string, unknown>): Promise<string> {
  const dir = join(root, name);
  await cp(join(FIXTURES, name), dir, { recursive: true });
  const path = join(dir, 'config.json');
  const json = { ...(JSON.parse(await readFile(path, 'utf8')) as object), ...config };
  await writeFile(path, JSON.stringify(json));
  return dir;
}

async function changeWeights(dir: string, change: (tensors: Map<string, NamedTensor>) => void): Promise<void> {
  const path = join(dir, 'model.safetensors');
  const { tensors } = await readSafetensors(path);
  change(tensors);
  await writeSafetensors(path, tensors);
}

function outputs(model: OpenedModel, fixture: Tensors): { hiddenStates: Float32Array; pooled: Float32Array; logits: Float32Array | null } {
  const { hiddenStates, pooled } = model.bert.forward(packedTokens(fixture));
  const logits = model.heads[0]?.forward(pooled).data() ?? null;
  return {
    hiddenStates: hiddenStates.data() as Float32Array,
    pooled: pooled.data() as Float32Array,
    logits: logits as Float32Array | null,
  };
}

/** Columns of the rows [n, width] in another order. */
function columns(rows: Float32Array, width: number, order: readonly number[]): number[] {
  return Array.from({ length: rows.length / width }, (_, n) => order.map((c) => rows[n * width + c] as number)).flat();
}

const refusal = (code: string, ...parts: string[]) => ({
  code,
  message: expect.stringMatching(new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'), 's')) as string,
});

describe('an encoder of Hugging Face', () => {
  it.each([
    ['sharded-classifier', 'bert.', true],
    ['bin-classifier', 'bert.', true],
    ['regression', 'bert.', true],
    ['pretraining-bin', 'bert.', false],
    ['float16-safetensors', '', false],
    ['float16-bin', '', false],
    ['bfloat16-safetensors', '', false],
    ['bfloat16-bin', '', false],
    ['float64-safetensors', '', false],
    ['float64-bin', '', false],
    ['strided-bin', '', false],
  ])("gives Transformers' hidden states and pooled vectors: %s", async (name, prefix, classifier) => {
    const model = await open(join(FIXTURES, name));
    expect(model.layout).toEqual({ prefix, pooler: 'read', classifier });
    const fixture = await expected(name);
    const { hiddenStates, pooled } = outputs(model, fixture);
    expect(relativeError(hiddenStates, values(fixture, 'hiddenStates'))).toBeLessThan(2e-6);
    expect(relativeError(pooled, values(fixture, 'pooled'))).toBeLessThan(2e-6);
    expect(await modelFolderHash(join(FIXTURES, name))).toBe(model.hash);
  });

  it('takes activation, epsilon and dropout rates from config.json', async () => {
    const { config } = await open(join(FIXTURES, 'sharded-classifier'));
    expect(config).toMatchObject({ activation: 'gelu_new', layerNormEpsilon: 1e-3, hiddenDropout: 0.15, attentionDropout: 0.05 });
    expect((await open(join(FIXTURES, 'bin-classifier'))).config.activation).toBe('relu');
  });

  it('leaves out heads of pre-training and buffers, and says so', async () => {
    const { leftOut, notices } = await open(join(FIXTURES, 'pretraining-bin'));
    expect(leftOut).toContain('bert.embeddings.position_ids');
    expect(leftOut.filter((name) => !name.startsWith('cls.'))).toEqual(['bert.embeddings.position_ids']);
    expect(notices).toEqual([{ level: 'info', message: expect.stringContaining('left out cls.predictions.bias') as string }]);
  });

  it('draws a missing pooler from the seed with the deviation of config.json, and says so', async () => {
    const dir = join(FIXTURES, 'masked-lm');
    const model = await open(dir, { poolerSeed: 3 });
    expect(model.layout).toEqual({ prefix: 'bert.', pooler: 'new', classifier: false });
    expect(model.notices[0]).toEqual({ level: 'warning', message: expect.stringMatching(/no pooler.*deviation 0\.5.*seed 3/) as string });
    const fixture = await expected('masked-lm');
    expect(relativeError(outputs(model, fixture).hiddenStates, values(fixture, 'hiddenStates'))).toBeLessThan(2e-6);
    const weight = (of: OpenedModel): Float32Array => of.bert.tensors().get('bert.pooler.dense.weight')?.data as Float32Array;
    const drawn = weight(model);
    // 256 deviates: the deviation's own standard error is 0.5 / sqrt(512).
    expect(Math.abs(Math.sqrt(drawn.reduce((sum, x) => sum + x * x, 0) / drawn.length) - 0.5)).toBeLessThan(0.09);
    expect(model.bert.tensors().get('bert.pooler.dense.bias')?.data).toEqual(new Float32Array(16));
    expect(weight(await open(dir, { poolerSeed: 3 }))).toEqual(drawn);
    expect(weight(await open(dir, { poolerSeed: 4 }))).not.toEqual(drawn);
  });

  it('refuses a missing pooler where the model is to answer', async () => {
    const fault = refusal('ERR_CHECKPOINT', "has no pooler ('bert.pooler.dense.weight')");
    await expect(open(join(FIXTURES, 'masked-lm'))).rejects.toMatchObject(fault);
    await expect(open(join(FIXTURES, 'masked-lm'), { poolerSeed: 1, classifierTask: RTE })).rejects.toMatchObject(fault);
  });

  it('refuses half a pooler, and two names of one tensor', async () => {
    const dir = await changed('regression', {});
    await changeWeights(dir, (tensors) => tensors.delete('bert.pooler.dense.bias'));
    await expect(open(dir, { poolerSeed: 1 })).rejects.toMatchObject(refusal('ERR_CHECKPOINT', "'bert.pooler.dense.bias' [16] is missing"));
    await changeWeights(dir, (tensors) => {
      tensors.set('bert.embeddings.LayerNorm.gamma', { shape: [16], data: new Float32Array(16) });
    });
    await expect(open(dir)).rejects.toMatchObject(
      refusal('ERR_CHECKPOINT', "'bert.embeddings.LayerNorm.weight' and 'bert.embeddings.LayerNorm.gamma', two names of the same tensor"),
    );
  });

  it.each([
    ['num_hidden_layers', 2 ** 31 - 1, 2],
    ['vocab_size', 1e12, 61],
    ['intermediate_size', 1e13, 24],
    ['hidden_size', 2e15, 16],
    ['max_position_embeddings', 1e14, 20],
    ['type_vocab_size', 2 ** 31 - 1, 2],
  ])('refuses %s %d by name before it takes memory', async (key, value, held) => {
    const before = process.memoryUsage.rss();
    await expect(open(await changed('regression', { [key]: value }))).rejects.toMatchObject(
      refusal('ERR_CHECKPOINT', 'they are not of the same model', `${key} is ${value}, the file's is ${held}`),
    );
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 28);
  });

  it.each([
    [{ model_type: 'distilbert' }, "model_type 'distilbert' is not supported"],
    [{ position_embedding_type: 'relative_key_query' }, "position_embedding_type 'relative_key_query' is not supported"],
    [{ hidden_act: 'silu' }, "hidden_act 'silu' is not supported, only gelu, gelu_new"],
    [{ is_decoder: true }, 'is_decoder is true'],
    [{ add_cross_attention: true }, 'add_cross_attention is true'],
    [{ pruned_heads: { '0': [1] } }, 'pruned_heads is not empty'],
    [{ quantization_config: { bits: 8 } }, 'quantised models are not supported'],
    [{ auto_map: { AutoModel: 'code.Model' } }, 'code of its own'],
  ])('refuses %j by name', async (config, message) => {
    await expect(open(await changed('regression', config))).rejects.toMatchObject(refusal('ERR_MODEL_FOLDER', message));
  });
});

describe('a sequence classifier of Transformers as the head of a task', () => {
  it('has its classes put in the order of the task by their names', async () => {
    const model = await open(join(FIXTURES, 'sharded-classifier'), { classifierTask: MNLI });
    const fixture = await expected('sharded-classifier');
    const logits = columns(values(fixture, 'logits'), 3, [2, 0, 1]);
    expect(relativeError(outputs(model, fixture).logits as Float32Array, logits)).toBeLessThan(2e-6);
    expect(model.headSpecs[0]).toEqual({
      ...{ task: 'mnli', kind: 'classification', labels: MNLI.labels },
      scoreRange: null,
      activation: 'linear',
      dropout: 0.3,
    });
    expect(model.notices).toEqual([]);
    expect(model.leftOut).toEqual([]);
    expect(model.limit).toEqual({ maxLength: 20, truncation: 'longest_first' });
  });

  it('matches names whatever their case', async () => {
    const dir = await changed('sharded-classifier', { id2label: { 0: 'ENTAILMENT', 1: 'Neutral', 2: 'CONTRADICTION' } });
    const model = await open(dir, { classifierTask: MNLI });
    const fixture = await expected('sharded-classifier');
    const logits = columns(values(fixture, 'logits'), 3, [2, 0, 1]);
    expect(relativeError(outputs(model, fixture).logits as Float32Array, logits)).toBeLessThan(2e-6);
  });

  it('takes unnamed labels by position and warns which it took for which', async () => {
    const model = await open(join(FIXTURES, 'bin-classifier'), { classifierTask: RTE });
    const fixture = await expected('bin-classifier');
    expect(relativeError(outputs(model, fixture).logits as Float32Array, values(fixture, 'logits'))).toBeLessThan(2e-6);
    expect(model.notices).toEqual([
      { level: 'warning', message: expect.stringContaining('LABEL_0 as entailment, LABEL_1 as not_entailment') as string },
    ]);
    expect(model.headSpecs[0]?.dropout).toBe(0.1);
  });

  it('is rescaled from raw scores to [0, 1] where it is a regression', async () => {
    const model = await open(join(FIXTURES, 'regression'), { classifierTask: STSB });
    const fixture = await expected('regression');
    const raw = (outputs(model, fixture).logits as Float32Array).map((scaled) => 5 * scaled);
    expect(relativeError(raw, values(fixture, 'logits'))).toBeLessThan(2e-6);
    expect(model.headSpecs[0]).toMatchObject({ kind: 'regression', activation: 'linear', scoreRange: [0, 5] });
    expect(model.notices).toEqual([{ level: 'info', message: expect.stringContaining('raw score of stsb (0 to 5)') as string }]);
  });

  it('is left out, and that is said, where no task is named', async () => {
    const { heads, leftOut, notices } = await open(join(FIXTURES, 'regression'));
    expect(heads).toEqual([]);
    expect([...leftOut].sort()).toEqual(['classifier.bias', 'classifier.weight']);
    expect(notices[0]?.message).toContain('classifier.bias');
  });

  it.each([
    ['sharded-classifier', {}, RTE, ['labels are entailment, neutral, contradiction, those of rte are entailment, not_entailment']],
    [
      'bin-classifier',
      { id2label: { 0: 'bad', 1: 'good' } },
      RTE,
      ['labels are bad, good, those of rte are entailment, not_entailment', '"id2label": {"0": "entailment", "1": "not_entailment"}'],
    ],
    ['bin-classifier', { id2label: { 0: 'entailment', 1: 'Entailment' } }, RTE, ['entailment, Entailment']],
    ['bin-classifier', { id2label: { 0: 'a', 1: 'b', 2: 'c' } }, RTE, ['id2label names 3 labels, the head has 2 outputs']],
    ['bin-classifier', { id2label: { 0: 'a', 2: 'b' } }, RTE, ['none for class 1']],
    ['bin-classifier', { problem_type: 'multi_label_classification' }, RTE, ['multi_label_classification is not supported']],
    ['bin-classifier', { problem_type: 'regression' }, STSB, ['a regression of 2 scores']],
    ['bin-classifier', {}, STSB, ["the model's head is a classification of 2 outputs, stsb is a regression"]],
    ['regression', {}, RTE, ["the model's head is a regression of 1 outputs, rte is a classification"]],
  ])('%s with %j is refused', async (name, config, task, message) => {
    await expect(open(await changed(name, config), { classifierTask: task })).rejects.toMatchObject(
      refusal('ERR_MODEL_FOLDER', ...message),
    );
  });

  it('refuses a classifier that is misshapen, half there or deeper, naming the tensor', async () => {
    const dir = await changed('regression', {});
    const attempt = async (change: (tensors: Map<string, NamedTensor>) => void): Promise<OpenedModel> => {
      await cp(join(FIXTURES, 'regression'), dir, { recursive: true });
      await changeWeights(dir, change);
      return open(dir, { classifierTask: STSB });
    };
    const tensor = (...shape: number[]): NamedTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
    await expect(attempt((tensors) => tensors.set('classifier.weight', tensor(1, 8)))).rejects.toMatchObject(
      refusal('ERR_CHECKPOINT', "'classifier.weight' is [1, 8], the model needs [labels, 16]"),
    );
    await expect(attempt((tensors) => tensors.set('classifier.bias', tensor(2)))).rejects.toMatchObject(
      refusal('ERR_CHECKPOINT', "'classifier.bias' has 2 values"),
    );
    await expect(attempt((tensors) => tensors.delete('classifier.bias'))).rejects.toMatchObject(
      refusal('ERR_CHECKPOINT', "'classifier.bias' is missing"),
    );
    await expect(attempt((tensors) => tensors.set('classifier.dense.weight', tensor(16, 16)))).rejects.toMatchObject(
      refusal('ERR_CHECKPOINT', "'classifier.dense.weight'"),
    );
  });

  it('is not made of the head of a token classifier', async () => {
    const dir = await changed('regression', { architectures: ['BertForTokenClassification'] });
    const { heads, leftOut } = await open(dir, { classifierTask: STSB });
    expect(heads).toEqual([]);
    expect(leftOut).toContain('classifier.weight');
    await expect(open(join(FIXTURES, 'token-classifier'), { classifierTask: RTE })).rejects.toMatchObject(
      refusal('ERR_CHECKPOINT', 'no pooler'),
    );
  });
});
