/** The gate before any timing: dropout 0, fp32, 20 steps from the same weights over the same batches give the same losses on both sides. */
import { join } from 'node:path';
import { writeBatches } from '../lib/folder.js';
import type { ModelName } from '../lib/models.js';
import { ourSettings, startOurs, startTheirs, type EvaluateAnswer, type TrainAnswer } from '../lib/sides.js';
import { cutBatches, makeLengths, makeRows } from '../lib/workload.js';
import type { Bench } from '../lib/bench.js';

const STEPS = 20;
const BOUND = 1e-4;
const LEARNING_RATE = 5e-5;
/** Sequences of a step: enough to be a batch, few enough that fp32 steps of the peer take seconds. */
const SEQUENCES: Record<ModelName, number> = { tiny: 32, mini: 8, base: 2 };

export interface GateResult {
  readonly model: ModelName;
  readonly steps: number;
  /** Largest |difference| of two losses. */
  readonly loss: number;
  /** Largest |difference| of two logits of the trained models in evaluation mode. */
  readonly logits: number;
}

/** Rejects when the sides differ by more than the bound. */
export async function gate(bench: Bench, model: ModelName): Promise<GateResult> {
  const folder = await bench.modelFolder(model);
  const size = SEQUENCES[model];
  const rows = makeRows(makeLengths('mnli', STEPS * size, 20), 20);
  await writeBatches(folder, rows, { gate: cutBatches([...rows.keys()], size) });
  const [ours, theirs] = [startOurs(), startTheirs(bench.python)];
  try {
    const request = { folder, dropout: 0, threads: bench.threads };
    await ours.ask('open', { ...request, ...ourSettings('fp32') });
    await theirs.ask('open', request);
    const train = { list: 'gate', passes: 1, learningRate: LEARNING_RATE };
    const settings = { attention: 'eager', autocast: false, padTo: null };
    const mine = await ours.ask<TrainAnswer>('train', train);
    const other = await theirs.ask<TrainAnswer>('train', { ...train, ...settings });
    const logits = await ours.ask<EvaluateAnswer>('evaluate', { list: 'gate' });
    const otherLogits = await theirs.ask<EvaluateAnswer>('evaluate', { list: 'gate', ...settings });
    const result = {
      model,
      steps: mine.losses.length,
      loss: largest(mine.losses, other.losses),
      logits: largest(logits.logits, otherLogits.logits),
    };
    if (!(result.loss < BOUND)) {
      const where = join(folder, 'batches.json');
      throw new Error(
        `the sides do not do the same work at ${model}: losses of ${where} differ by up to ${result.loss}, the bound is ${BOUND}. Nothing is timed`,
      );
    }
    return result;
  } finally {
    await Promise.all([ours.close(), theirs.close()]);
  }
}

function largest(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.NaN;
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}
