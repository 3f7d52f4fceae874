/**
 * Milliseconds of a training step, or with --evaluate of a batch's logits: `node bench/step.mjs [--model tiny|mini|base] [--engine …] [--precision …]
 * [--products …] [--threads N] [--steps N] [--batch N] [--lengths FILE] [--evaluate]`. Batches of 32 sequences with lengths like MNLI's (or from a
 * file of int32), 30,522 words, dropout 0.1. Prints the mean and the percentiles of the time, real tokens per second, and, where the addon was
 * asked to (BORNAGAIN_PROFILE=1), the time of each part of a step.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Bert } from '../dist/nn/bert.js';
import { parseBertConfig } from '../dist/nn/bert-config.js';
import { initHead } from '../dist/nn/head.js';
import { Session } from '../dist/train/session.js';

const SHAPES = {
  tiny: { hidden_size: 128, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 512 },
  mini: { hidden_size: 384, num_hidden_layers: 6, num_attention_heads: 12, intermediate_size: 1536 },
  base: { hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072 },
};
const VOCABULARY = 30522;
const BATCHES = 16;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'tiny' },
    engine: { type: 'string', default: 'auto' },
    precision: { type: 'string', default: 'auto' },
    products: { type: 'string', default: 'auto' },
    threads: { type: 'string', default: '0' },
    steps: { type: 'string' },
    batch: { type: 'string', default: '32' },
    lengths: { type: 'string' },
    evaluate: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
});
const batchSize = Number(values.batch);
const steps = Number(values.steps ?? { tiny: 400, mini: 30, base: 8 }[values.model]);

let state = 1;
/** xorshift32, in [0, 1). */
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 4294967296;
}
const normal = () => random() + random() + random() + random() - 2;

/** Log-normal with MNLI's median of about 34 word pieces, cut at 128. */
function mnliLength() {
  return Math.max(8, Math.min(128, Math.round(34 * Math.exp(0.45 * 1.732 * normal()))));
}

function makeBatches() {
  const file = values.lengths === undefined ? null : readFileSync(values.lengths);
  const fromFile = file === null ? null : new Int32Array(file.buffer, file.byteOffset, file.byteLength / 4);
  return Array.from({ length: BATCHES }, (_, i) => {
    const lengths = Array.from({ length: batchSize }, (_, b) => fromFile?.[(i * batchSize + b) % fromFile.length] ?? mnliLength());
    const offsets = Int32Array.from([0, ...lengths]);
    for (let b = 0; b < batchSize; b++) offsets[b + 1] += offsets[b];
    const targets = new Float32Array(3 * batchSize);
    for (let b = 0; b < batchSize; b++) targets[3 * b + Math.floor(random() * 3)] = 1;
    return {
      tokenIds: Int32Array.from({ length: offsets[batchSize] }, () => Math.floor(random() * VOCABULARY)),
      typeIds: new Uint8Array(offsets[batchSize]),
      offsets,
      taskIds: new Uint8Array(batchSize),
      targets,
      weights: new Float32Array(batchSize).fill(1 / batchSize),
    };
  });
}

function makeSession() {
  const json = { vocab_size: VOCABULARY, max_position_embeddings: 512, type_vocab_size: 2, ...SHAPES[values.model] };
  const bert = Bert.create(parseBertConfig(json, `bench ${values.model}`), 'cpu');
  const tensors = [...bert.tensors()].map(([name, { shape, data }]) => [
    name,
    { shape, data: name.includes('LayerNorm') ? data : data.map(() => 0.02 * 1.732 * normal()) },
  ]);
  bert.load(new Map(tensors));
  const spec = { task: 'any', kind: 'classification', labels: ['a', 'b', 'c'], scoreRange: null, activation: 'linear', dropout: 0.1 };
  const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, biasCorrection: true, clipNorm: 1 };
  const { engine, precision, products } = values;
  const runtime = { engine, precision, products, firstTokensOnly: !values.all, threads: Number(values.threads) };
  const heads = [initHead(spec, json.hidden_size, 'cpu', 1, 'truncated_normal')];
  return Session.create({ bert, heads, optimizer, layerDecay: 1, dropoutSeed: 1, runtime });
}

async function train(batch) {
  const { seconds, loss } = await session.step(batch, { learningRate: 1e-4 });
  return { milliseconds: seconds * 1000, result: loss };
}

async function evaluate(batch) {
  const start = performance.now();
  const logits = await session.evaluate(batch);
  return { milliseconds: performance.now() - start, result: logits[0] };
}

const batches = makeBatches();
const session = makeSession();
const warmUp = Math.min(steps, BATCHES);
const times = [];
let tokens = 0;
const kept = [];
for (let i = 0; i < warmUp + steps; i++) {
  const batch = batches[i % BATCHES];
  const { milliseconds, result } = await (values.evaluate ? evaluate(batch) : train(batch));
  if (i < warmUp) continue;
  times.push(milliseconds);
  tokens += batch.tokenIds.length;
  kept.push(result);
}
const total = times.reduce((sum, t) => sum + t, 0);
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor(share * (times.length - 1))].toFixed(2);
const { engine, precision, products } = session.computes;
console.log(
  `${values.model} ${engine} ${precision} ${products}: mean ${(total / steps).toFixed(2)} ms, p10 ${at(0.1)}, p50 ${at(0.5)}, p95 ${at(0.95)}, ` +
    `${Math.round((tokens / total) * 1000)} tokens/s, last ${values.evaluate ? 'logit' : 'loss'} ${kept.at(-1).toFixed(4)}`,
);
await session.close();
