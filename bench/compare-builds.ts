/**
 * Whether a change made steps faster: `node --import tsx bench/compare-builds.ts --base DIR [--other DIR] [--model tiny,mini] [--precision
 * auto|fp32|bf16] [--products auto|own|libtorch] [--pairs 20] [--threads N]`. Two checkouts, each built by `npm run setup`, train the same
 * weights on the same batches (32 sequences, MNLI-like lengths, dropout 0.1) in turns of half a second, each in a process of its own, so that
 * a machine whose speed moves moves for both. Prints how many times as many tokens per second `other` (this checkout by default) trained,
 * the median over the pairs with its 95 % bootstrap interval, and whether both came to the same losses.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Bench } from './lib/bench.js';
import { writeBatches } from './lib/folder.js';
import { MODELS, type ModelName } from './lib/models.js';
import { Contender, interleave } from './lib/paired.js';
import { BATCHES } from './lib/plans.js';
import type { TrainAnswer } from './lib/sides.js';
import { median, pairedRatio } from './lib/statistics.js';
import { Worker } from './lib/worker.js';
import { makeLengths, makeRows, poolSize, sampledBatches } from './lib/workload.js';

const SEED = 7;
const BATCH = 32;

const { values } = parseArgs({
  options: {
    base: { type: 'string' },
    other: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    model: { type: 'string', default: 'tiny,mini' },
    precision: { type: 'string', default: 'auto' },
    products: { type: 'string', default: 'auto' },
    pairs: { type: 'string', default: '20' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});

async function open(checkout: string, folder: string): Promise<Worker> {
  const worker = Worker.start(process.execPath, [join(checkout, 'bench', 'ours', 'worker.mjs')]);
  const { precision, products } = values;
  await worker.ask('open', { folder, device: 'cpu', dropout: 0.1, threads: Number(values.threads), precision, products });
  return worker;
}

async function compare(bench: Bench, base: string, model: ModelName): Promise<void> {
  const folder = await bench.modelFolder(model);
  const lengths = makeLengths('mnli', poolSize(BATCH), SEED);
  const { data: batches } = sampledBatches(lengths, BATCH, BATCHES[model].fp32);
  await writeBatches(folder, makeRows(lengths, SEED), { batches });
  const work = { list: 'batches', tokens: batches.flat().reduce((sum, row) => sum + (lengths[row] ?? 0), 0) };
  const workers = [await open(values.other, folder), await open(base, folder)] as const;
  try {
    const losses: string[] = [];
    for (const worker of workers) {
      const answer = await worker.ask<TrainAnswer>('train', { list: work.list, passes: 2, learningRate: 1e-4 });
      losses.push(answer.losses.join());
    }
    const [other, reference] = [new Contender(workers[0], {}, work), new Contender(workers[1], {}, work)];
    await other.warm();
    await reference.warm();
    const { opponents } = await interleave(Number(values.pairs), other, [reference], []);
    const [pairs] = opponents;
    if (pairs === undefined) throw new Error('no pair was measured');
    const { median: ratio, low, high } = pairedRatio(pairs.ours, pairs.theirs);
    const rate = (rates: readonly number[]): string => `${Math.round(median([...rates]))} tokens/s`;
    console.log(
      `${model}: ${ratio.toFixed(3)} × (${low.toFixed(3)} to ${high.toFixed(3)}, ${pairs.ours.length} pairs; ${rate(pairs.theirs)} to ` +
        `${rate(pairs.ours)}); ${losses[0] === losses[1] ? 'the same losses' : 'other losses'}`,
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

const models = values.model.split(',').filter((name): name is ModelName => Object.hasOwn(MODELS, name));
if (values.base === undefined || models.length === 0) {
  console.error(`Needs --base DIR, a built checkout, and --model of ${Object.keys(MODELS).join(', ')}`);
  process.exitCode = 2;
} else {
  const bench = await Bench.create('', Number(values.threads));
  try {
    for (const model of models) await compare(bench, values.base, model);
  } finally {
    await bench.close();
  }
}
