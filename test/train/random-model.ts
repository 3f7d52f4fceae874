/** Random models of any shape, and random batches of given lengths, for holding engines to one another. */
import type { PackedBatch } from '../../src/data/types.js';
import type { NativeBertConfig } from '../../src/native/types.js';
import { Bert } from '../../src/nn/bert.js';
import { parseBertConfig } from '../../src/nn/bert-config.js';
import { Head, type HeadSpec } from '../../src/nn/head.js';
import { Session } from '../../src/train/session.js';
import { createRandom } from '../../src/util/random.js';
import { configSchema, type Config, type SessionRuntime } from '../../src/config/schema.js';

export interface ModelShape {
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly positions?: number;
  readonly activation?: NativeBertConfig['activation'];
}

export interface RandomRig {
  readonly bert: Bert;
  readonly heads: readonly Head[];
  readonly session: Session;
  close(): Promise<void>;
}

const VOCABULARY = 61;
const base = { scoreRange: null, labels: [], activation: 'linear' } as const;

/** Three classes, a score under a sigmoid, a plain score. */
function headSpecs(dropout: number): HeadSpec[] {
  return [
    { ...base, task: 'three', kind: 'classification', labels: ['a', 'b', 'c'], dropout },
    { ...base, task: 'bounded', kind: 'regression', scoreRange: [0, 1], activation: 'sigmoid', dropout },
    { ...base, task: 'free', kind: 'regression', scoreRange: [0, 1], dropout },
  ];
}

export function makeRig(
  shape: ModelShape,
  dropout: number,
  runtime: Partial<SessionRuntime>,
  changed: Partial<Config['optimizer']> = {},
): RandomRig {
  const random = createRandom(5);
  const json = {
    vocab_size: VOCABULARY,
    hidden_size: shape.hidden,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    intermediate_size: shape.intermediate,
    max_position_embeddings: shape.positions ?? 64,
    hidden_act: shape.activation ?? 'gelu',
    hidden_dropout_prob: dropout,
    attention_probs_dropout_prob: dropout,
  };
  const bert = Bert.create(parseBertConfig(json, 'a random model'), 'cpu');
  const heads = headSpecs(dropout).map((spec) => Head.create(spec, shape.hidden, 'cpu'));
  for (const module of [bert, ...heads]) {
    const values = [...module.tensors()].map(([name, { shape: dims, data }]) => {
      const centre = name.endsWith('LayerNorm.weight') ? 1 : 0;
      return [name, { shape: dims, data: data.map(() => centre + 0.3 * (random.uniform() - 0.5)) }] as const;
    });
    module.load(new Map(values));
  }
  const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, biasCorrection: true, clipNorm: 1, ...changed };
  const session = Session.create({
    bert,
    heads,
    optimizer,
    layerDecay: 0.9,
    dropoutSeed: 3,
    runtime: { ...configSchema.parse({}).runtime, ...runtime },
  });
  return {
    bert,
    heads,
    session,
    async close() {
      await session.close();
      for (const module of [bert, ...heads]) module.dispose();
    },
  };
}

/** Sequences of these lengths, all three tasks in turn, soft targets, weights that differ. */
export function makeBatch(lengths: readonly number[], seed: number): PackedBatch {
  const random = createRandom(seed);
  const offsets = Int32Array.from([0, ...lengths]);
  for (let b = 0; b < lengths.length; b++) offsets[b + 1] = (offsets[b] as number) + (lengths[b] as number);
  const tokens = offsets[lengths.length] as number;
  const targets = lengths.flatMap((_, b) => {
    const first = random.uniform();
    return b % 3 === 0 ? [first, (1 - first) / 2, (1 - first) / 2] : [first];
  });
  return {
    tokenIds: Int32Array.from({ length: tokens }, () => Math.floor(random.uniform() * VOCABULARY)),
    typeIds: Uint8Array.from({ length: tokens }, (_, t) => t % 2),
    offsets,
    taskIds: Uint8Array.from(lengths, (_, b) => b % 3),
    targets: Float32Array.from(targets),
    weights: Float32Array.from(lengths, () => (0.5 + random.uniform()) / lengths.length),
  };
}

/** Every parameter end to end. */
export function parametersOf({ bert, heads }: RandomRig): Map<string, Float32Array> {
  return new Map([bert, ...heads].flatMap((module) => [...module.tensors()].map(([name, { data }]) => [name, data] as const)));
}
