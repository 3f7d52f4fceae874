/**
 * A session on a random model: something to keep busy, for measurements and for the tests of threads and exits. Uses the built package, as a
 * user's program does.
 */
import { Bert } from '../dist/nn/bert.js';
import { initHead } from '../dist/nn/head.js';
import { parseBertConfig } from '../dist/nn/bert-config.js';
import { Session } from '../dist/train/session.js';

export { memory } from '../dist/tensor/index.js';

const VOCABULARY = 50;

function model({ hidden, layers }) {
  const json = {
    vocab_size: VOCABULARY,
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: 2,
    intermediate_size: 2 * hidden,
    max_position_embeddings: 64,
  };
  const bert = Bert.create(parseBertConfig(json, 'a random model'), 'cpu');
  let seed = 1;
  // Any weights do; these are a linear congruential sequence, small around 0.
  const next = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648 - 0.5) * 0.1;
  bert.load(
    new Map(
      [...bert.tensors()].map(([name, { shape, data }]) => [name, { shape, data: name.includes('LayerNorm') ? data : data.map(next) }]),
    ),
  );
  return bert;
}

/** A batch of `sequences` sequences of 16 to 40 tokens. */
export function randomBatch(sequences) {
  const lengths = Array.from({ length: sequences }, (_, b) => 16 + ((b * 7) % 25));
  const offsets = Int32Array.from([0, ...lengths]).map(
    (
      (sum) => (n) =>
        (sum += n)
    )(0),
  );
  const tokens = offsets[sequences];
  return {
    tokenIds: Int32Array.from({ length: tokens }, (_, t) => (t * 31) % VOCABULARY),
    typeIds: new Uint8Array(tokens),
    offsets,
    taskIds: new Uint8Array(sequences),
    targets: Float32Array.from({ length: 2 * sequences }, (_, i) => i % 2),
    weights: new Float32Array(sequences).fill(1 / sequences),
  };
}

export function makeSession({ hidden = 128, layers = 4, threads = 1, engine = 'auto', precision = 'auto', products = 'auto' } = {}) {
  const bert = model({ hidden, layers });
  const spec = { task: 'any', kind: 'classification', labels: ['no', 'yes'], scoreRange: null, activation: 'linear', dropout: 0.1 };
  const head = initHead(spec, hidden, 'cpu', 1, 'truncated_normal');
  const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, biasCorrection: true, clipNorm: 1 };
  const runtime = { engine, precision, products, firstTokensOnly: true, threads };
  const session = Session.create({ bert, heads: [head], optimizer, layerDecay: 0.9, dropoutSeed: 1, runtime });
  return { bert, head, session };
}
