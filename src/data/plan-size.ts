/** How much a training plan holds, before it is made: steps, and how often each set's examples are expected. */
import { EPOCHS, samplingShares } from './sampling.js';
import type { BatchPlanOptions } from './plan.js';

/** Where the expected shares of an exponent that moves are averaged. */
const SHARE_SAMPLES = 64;

export interface PlanSize {
  readonly totalSteps: number;
  /** By task; for `random` the expected number. */
  readonly examples: readonly number[];
}

/** The sizes of `planBatches(options)`, without drawing or shuffling anything. */
export function planSize(options: Omit<BatchPlanOptions, 'seed'>): PlanSize {
  const { sizes, batchSize, epochs, kind, exponent } = options;
  if (kind === 'random') {
    const examples = randomExamples(sizes, epochs);
    const shares = meanShares(options);
    return { totalSteps: Math.ceil(examples / batchSize), examples: shares.map((share) => share * examples) };
  }
  const { copies } = EPOCHS[kind](sizes, exponent);
  const perEpoch = sizes.map((size, task) => size * (copies[task] ?? 1));
  return { totalSteps: epochSteps(perEpoch, batchSize, epochs), examples: perEpoch.map((count) => count * epochs) };
}

/** Examples of a training with random sampling: as many as the sets hold together, times the epochs. */
export function randomExamples(sizes: readonly number[], epochs: number): number {
  return Math.max(1, Math.round(epochs * sizes.reduce((sum, size) => sum + size, 0)));
}

/** ⌊⌈examples / batchSize⌉ · epochs⌋, as the reference counts (docs/paper.md section 3.2: 50,646 for GLUE). */
export function epochSteps(perEpoch: readonly number[], batchSize: number, epochs: number): number {
  const examples = perEpoch.reduce((sum, count) => sum + count, 0);
  return Math.max(1, Math.floor(Math.ceil(examples / batchSize) * epochs));
}

/** Stickland and Murray (2019) anneal the exponent so: towards uniform sampling, which the end of the training then sees. */
export function exponentAt(step: number, totalSteps: number, exponent: number, endExponent: number | null): number {
  if (endExponent === null || totalSteps < 2) return exponent;
  return exponent + ((endExponent - exponent) * step) / (totalSteps - 1);
}

function meanShares({ sizes, exponent, endExponent }: Omit<BatchPlanOptions, 'seed'>): number[] {
  if (endExponent === null) return samplingShares(sizes, exponent);
  const samples = Array.from({ length: SHARE_SAMPLES }, (_, i) =>
    samplingShares(sizes, exponentAt(i, SHARE_SAMPLES, exponent, endExponent)),
  );
  return sizes.map((_, task) => samples.reduce((sum, shares) => sum + (shares[task] ?? 0), 0) / SHARE_SAMPLES);
}
