/** The gate before any timing: dropout 0, fp32, 20 steps from the same weights over the same batches give the same losses on both sides. */
import { writeBatches } from '../lib/folder.js';
import type { ModelName } from '../lib/models.js';
import { OPPONENTS, REFERENCE, type Absent, type Opponent } from '../lib/opponents.js';
import { ourSettings, startOurs, startTheirs, type Device, type EvaluateAnswer, type Precision, type TrainAnswer } from '../lib/sides.js';
import { cutBatches, makeLengths, makeRows } from '../lib/workload.js';
import type { Bench } from '../lib/bench.js';
import type { Worker } from '../lib/worker.js';

const STEPS = 20;
const BOUND = 1e-4;
/** bf16 keeps eight bits, and the order of sums differs: enough to tell another model, another order of data or another optimizer. */
const BF16_BOUND = 0.05;
const LEARNING_RATE = 5e-5;
/** Sequences of a step: enough to be a batch, few enough that fp32 steps of the peer take seconds. */
const SEQUENCES: Record<ModelName, number> = { tiny: 32, mini: 8, base: 2, large: 2 };

export interface GateResult {
  readonly model: ModelName;
  readonly steps: number;
  /** Largest |difference| of two losses. */
  readonly loss: number;
  /** Largest |difference| of two logits of the trained models in evaluation mode. */
  readonly logits: number;
  /** On CUDA: the losses' largest |difference| from each opponent's, both in bf16. */
  readonly bf16: Readonly<Record<string, number>>;
  readonly absent: Absent;
}

/** Rejects when the sides differ by more than the bounds. */
export async function gate(bench: Bench, device: Device, model: ModelName, absent: Absent = {}): Promise<GateResult> {
  const folder = await bench.modelFolder(model);
  const size = SEQUENCES[model];
  const rows = makeRows(makeLengths('mnli', STEPS * size, 20), 20);
  await writeBatches(folder, rows, { gate: cutBatches([...rows.keys()], size) });
  const mine = await ourAnswers(bench, device, folder, 'fp32');
  const other = await theirAnswers(bench, folder, REFERENCE[device]);
  const loss = largest(mine.losses, other.losses);
  refuse(model, 'fp32', loss, BOUND);
  const bf16 = device === 'cuda' ? await sameInBf16(bench, folder, model, absent) : {};
  return { model, steps: mine.losses.length, loss, logits: largest(mine.logits, other.logits), bf16, absent };
}

/** The CUDA opponents are programs of their own, and in bf16 ours is an engine of its own: each must train the same model as well. */
async function sameInBf16(bench: Bench, folder: string, model: ModelName, absent: Absent): Promise<Record<string, number>> {
  const mine = await ourAnswers(bench, 'cuda', folder, 'bf16');
  const differences: Record<string, number> = {};
  for (const opponent of OPPONENTS.cuda.filter(({ name }) => !(name in absent))) {
    const difference = largest(mine.losses, (await theirAnswers(bench, folder, opponent)).losses);
    refuse(model, opponent.name, difference, BF16_BOUND);
    differences[opponent.name] = difference;
  }
  return differences;
}

function refuse(model: ModelName, what: string, difference: number, bound: number): void {
  if (difference < bound) return;
  throw new Error(
    `the sides do not do the same work at ${model}, ${what}: losses differ by up to ${difference}, the bound is ${bound}. Nothing is timed`,
  );
}

interface Answers {
  readonly losses: readonly number[];
  readonly logits: readonly number[];
}

async function ourAnswers(bench: Bench, device: Device, folder: string, precision: Precision): Promise<Answers> {
  const worker = startOurs();
  try {
    await worker.ask('open', { folder, device, dropout: 0, threads: bench.threads, ...ourSettings(precision) });
    return await answers(worker, {});
  } finally {
    await worker.close();
  }
}

async function theirAnswers(bench: Bench, folder: string, { program, settings }: Pick<Opponent, 'program' | 'settings'>): Promise<Answers> {
  const worker = startTheirs(bench.python, program);
  try {
    await worker.ask('open', { folder, dropout: 0, threads: bench.threads });
    return await answers(worker, settings);
  } finally {
    await worker.close();
  }
}

async function answers(worker: Worker, settings: object): Promise<Answers> {
  const { losses } = await worker.ask<TrainAnswer>('train', { list: 'gate', passes: 1, learningRate: LEARNING_RATE, ...settings });
  const { logits } = await worker.ask<EvaluateAnswer>('evaluate', { list: 'gate', ...settings });
  return { losses, logits };
}

function largest(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.NaN;
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}
