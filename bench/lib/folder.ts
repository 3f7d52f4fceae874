/** The folder that both sides read: a BERT with weights drawn from a seed, its classifier, and the batches. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBertConfig } from '../../src/nn/bert-config.js';
import { Bert } from '../../src/nn/bert.js';
import { Head } from '../../src/nn/head.js';
import { writeSafetensors, type NamedTensor } from '../../src/nn/safetensors.js';
import { Tensor } from '../../src/tensor/index.js';
import { CLASSES, MODELS, VOCABULARY, type ModelName } from './models.js';
import type { Row } from './workload.js';

const MAX_POSITIONS = 512;
const STANDARD_DEVIATION = 0.02;

/** Names of lists, and of each its batches as row numbers. */
export type Lists = Readonly<Record<string, readonly (readonly number[])[]>>;

export async function writeModel(folder: string, model: ModelName): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { layers, hidden, heads, intermediate } = MODELS[model];
  const labels = Array.from({ length: CLASSES }, (_, i) => `LABEL_${i}`);
  const json = {
    model_type: 'bert',
    architectures: ['BertForSequenceClassification'],
    vocab_size: VOCABULARY,
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: intermediate,
    max_position_embeddings: MAX_POSITIONS,
    type_vocab_size: 2,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-12,
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
    pad_token_id: 0,
    id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
  };
  const bert = Bert.create(parseBertConfig(json, `bench ${model}`), 'cpu');
  const spec = { task: 'any', kind: 'classification', labels, scoreRange: null, activation: 'linear', dropout: 0 } as const;
  const head = Head.create(spec, hidden, 'cpu');
  const drawn = [...bert.tensors(), ...head.tensors()].map(
    ([name, tensor], index) => [inTransformers(name), draw(name, tensor, index)] as const,
  );
  await writeSafetensors(join(folder, 'model.safetensors'), new Map(drawn));
  await writeFile(join(folder, 'config.json'), JSON.stringify(json));
  bert.dispose();
  head.dispose();
}

export async function writeBatches(folder: string, rows: readonly Row[], lists: Lists): Promise<void> {
  await writeFile(join(folder, 'batches.json'), JSON.stringify({ rows, lists }));
}

const inTransformers = (name: string): string => name.replace('heads.any.', '');

/** Norms and biases as they are, one and zero; everything else normal. */
function draw(name: string, { shape, data }: NamedTensor, seed: number): NamedTensor {
  if (name.includes('LayerNorm') || name.endsWith('.bias')) return { shape, data };
  using normal = Tensor.randn([...shape], { seed: seed + 1 });
  return { shape, data: (normal.data() as Float32Array).map((value) => value * STANDARD_DEVIATION) };
}
