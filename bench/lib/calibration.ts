/** The rate of matrix products on this machine, measured in the same run as what is judged by it. */
import { linearShapes, type ModelShape } from './models.js';
import type { Precision } from './sides.js';
import type { Worker } from './worker.js';
import type { GemmRates } from '../../src/native/types.js';

const SECONDS = 0.1;
/** Larger than any cache, all sizes multiples of every tile: what a product can reach at most. */
const LARGE = { rows: 2048, out: 2048, in: 1024 };

export interface Calibration {
  /** FLOP/s of a linear layer's three products at the model's own shapes, each by the faster of own kernel and LibTorch's, weighted by their work. */
  readonly atModel: number;
  /** FLOP/s of the fastest product seen, large ones included. */
  readonly best: number;
}

/** @param rows tokens of a batch */
export async function calibrate(
  ours: Worker,
  shape: ModelShape,
  rows: number,
  precision: Precision,
  threads: number,
): Promise<Calibration> {
  let work = 0;
  let seconds = 0;
  let best = 0;
  const rate = async (request: object): Promise<number> => {
    const { own, libtorch } = await ours.ask<GemmRates>('gemm', { ...request, precision, seconds: SECONDS, threads });
    best = Math.max(best, ...[own, libtorch].flatMap((one) => [one.forward, one.inputGradient, one.weightGradient]));
    return Math.max(own.all, libtorch.all);
  };
  for (const linear of linearShapes(shape)) {
    const flops = linear.in * linear.out;
    work += flops;
    seconds += flops / (await rate({ rows, ...linear }));
  }
  await rate(LARGE);
  return { atModel: (1e9 * work) / seconds, best: 1e9 * best };
}

/** The fastest of several. */
export function fastest(calibrations: readonly Calibration[]): Calibration {
  return {
    atModel: Math.max(...calibrations.map((one) => one.atModel)),
    best: Math.max(...calibrations.map((one) => one.best)),
  };
}
