/** Real weights (MiniLM) against Transformers: the hidden states of every layer, pooled vectors, logits of a head, and every gradient. */
import { join } from 'node:path';
import { Bert } from '../../src/nn/bert.js';
import { initHead } from '../../src/nn/head.js';
import { openModelFolder, type OpenedModel } from '../../src/nn/model-folder.js';
import { readSafetensors, writeSafetensors, type NamedTensor } from '../../src/nn/safetensors.js';
import { Tensor } from '../../src/tensor/index.js';
import { scope } from '../../src/tensor/scope.js';
import { Tokenizer } from '../../src/text/tokenizer.js';
import { Session } from '../../src/train/session.js';
import { configSchema } from '../../src/config/schema.js';
import type { Comparison, Finding } from './lib/comparison.js';
import { Largest, norm, relativeError } from './lib/difference.js';
import { modelInputs, packInputs, type ModelInput } from './lib/inputs.js';
import { MINILM } from '../../scripts/lib/minilm.mjs';

const SEED = 11;
const PER_KIND = 50;
const BOUND = 1e-5;
const HEAD = {
  task: 'probe',
  kind: 'classification',
  labels: ['a', 'b', 'c'],
  scoreRange: null,
  activation: 'linear',
  dropout: 0,
} as const;

type Tensors = ReadonlyMap<string, NamedTensor>;

export const comparison: Comparison = {
  what: 'MiniLM against Transformers',
  async run(peer) {
    const inputs = await modelInputs(await Tokenizer.fromFolder(MINILM), PER_KIND, SEED);
    const model = await openModelFolder(MINILM, { device: 'cpu', dropout: 0 });
    const head = initHead(HEAD, model.config.hiddenSize, 'cpu', SEED, 'truncated_normal');
    await writeSafetensors(join(peer.folder, 'head.safetensors'), head.tensors());
    const probed = everyNth(inputs, 9);
    await peer.ask('encoder.py', { model: MINILM, inputs, probed, classes: HEAD.labels.length });
    const expected = (await readSafetensors(join(peer.folder, 'expected.safetensors'))).tensors;
    return [
      ...layers(model, probed, expected),
      ...pooledVectors(model, inputs, expected),
      await logits(model, head, inputs, expected),
      gradients(model, head, probed, expected),
    ];
  },
};

function everyNth<T>(values: readonly T[], n: number): T[] {
  return values.filter((_, index) => index % n === 0);
}

function of(tensors: Tensors, name: string): Float32Array {
  return tensors.get(name)?.data ?? new Float32Array(0);
}

/** An encoder's first k layers are an encoder; its last hidden states are those of layer k. */
function layers({ config, bert }: OpenedModel, inputs: readonly ModelInput[], expected: Tensors): Finding[] {
  const largest = new Largest();
  for (let k = 1; k <= config.layers; k += 1) {
    using lower = Bert.create({ ...config, layers: k }, 'cpu');
    const names = new Set(lower.parameterNames());
    lower.load(new Map([...bert.tensors()].filter(([name]) => names.has(name))));
    inputs.forEach((input, i) => {
      const actual = scope(() => lower.forward(packInputs([input])).hiddenStates.data()) as Float32Array;
      largest.add(relativeError(actual, of(expected, `layer.${k}.${i}`)), `layer ${k}, ${input.kind}`);
    });
  }
  return [largest.finding(`hidden states of each of ${config.layers} layers (inputs × layers)`, BOUND)];
}

function pooledVectors({ bert }: OpenedModel, inputs: readonly ModelInput[], expected: Tensors): Finding[] {
  const [hidden, pooled] = [new Largest(), new Largest()];
  inputs.forEach((input, i) => {
    scope(() => {
      const output = bert.forward(packInputs([input]));
      hidden.add(relativeError(output.hiddenStates.data() as Float32Array, of(expected, `hidden.${i}`)), input.kind);
      pooled.add(relativeError(output.pooled.data() as Float32Array, of(expected, `pooled.${i}`)), input.kind);
    });
  });
  return [
    hidden.finding('last hidden states (single, pairs, Unicode, cut at 128 and 512)', BOUND),
    pooled.finding('pooled vectors', BOUND),
  ];
}

/** All in one packed batch, by the engine that users' sessions run. */
async function logits(
  { bert }: OpenedModel,
  head: ReturnType<typeof initHead>,
  inputs: readonly ModelInput[],
  expected: Tensors,
): Promise<Finding> {
  const { optimizer, runtime } = configSchema.parse({ runtime: { precision: 'fp32' } });
  const session = Session.create({ bert, heads: [head], optimizer, layerDecay: 1, dropoutSeed: SEED, runtime });
  const largest = new Largest();
  try {
    const none = { taskIds: new Uint8Array(inputs.length), targets: new Float32Array(0), weights: new Float32Array(0) };
    const actual = await session.evaluate({ ...packInputs(inputs), ...none });
    inputs.forEach(({ kind }, i) => {
      const own = actual.subarray(i * head.outputs, (i + 1) * head.outputs);
      largest.add(relativeError(own, of(expected, `logits.${i}`)), kind);
    });
  } finally {
    await session.close();
  }
  return largest.finding('logits of a head, one packed batch', BOUND);
}

/** Of the summed cross-entropy against class (i mod 3) of input i. */
function gradients({ bert }: OpenedModel, head: ReturnType<typeof initHead>, inputs: readonly ModelInput[], expected: Tensors): Finding {
  const largest = new Largest();
  scope(() => {
    const classes = Int32Array.from(inputs, (_, i) => i % head.outputs);
    head
      .forward(bert.forward(packInputs(inputs)).pooled)
      .crossEntropy(Tensor.from(classes), 'sum')
      .backward();
    const whole = norm([...expected].filter(([name]) => name.startsWith('gradient.')).map(([, { data }]) => norm(data)));
    for (const module of [bert, head]) {
      for (const name of module.parameterNames()) {
        const actual = module.parameter(name).grad?.data() as Float32Array;
        largest.add(gradientError(name, actual, of(expected, `gradient.${name}`), whole), name);
      }
    }
  });
  return largest.finding('gradient of every parameter', BOUND);
}

/** Softmax does not see a shift of all scores, so a key bias's gradient is zero but for rounding: it is measured against the whole gradient. */
function gradientError(name: string, actual: Float32Array, expected: Float32Array, whole: number): number {
  return name.endsWith('attention.self.key.bias') ? norm(actual) / whole : relativeError(actual, expected);
}
