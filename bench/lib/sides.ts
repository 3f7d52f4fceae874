/** The two sides by name: how their workers are started and what they answer. bench/ours/worker.mjs, bench/opponents/worker.py and bench/opponents/cuda serve them. */
import { fileURLToPath } from 'node:url';
import { Worker } from './worker.js';

const OURS = fileURLToPath(new URL('../ours/worker.mjs', import.meta.url));
const OPPONENTS = fileURLToPath(new URL('../opponents/', import.meta.url));

export type Precision = 'fp32' | 'bf16';

export type Device = 'cpu' | 'cuda';

/**
 * A way to run our side. Portable: LibTorch's products and kernels without vector code of our own. bf16: what `auto` takes where bf16 is fast,
 * against an opponent that computes in fp32.
 */
export type Variant = 'default' | 'libtorch-products' | 'portable' | 'bf16';

export interface OurSettings {
  readonly precision: Precision;
  readonly products: 'auto' | 'libtorch';
}

export interface TheirSettings {
  readonly attention: 'eager' | 'sdpa';
  readonly autocast: boolean;
  /** Every sequence to this length; null: to the longest of its batch. */
  readonly padTo: number | null;
}

/** Steps over all batches of a list, `passes` times. */
export interface TrainRequest {
  readonly list: string;
  readonly passes: number;
  readonly learningRate: number;
}

export interface TrainAnswer {
  readonly seconds: number;
  /** Of each step, in order; of an opponent on CUDA, which waits for the device at the end alone, the mean of them. */
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

export interface EvaluateAnswer {
  readonly seconds: number;
  /** Of each sequence, in the list's order. */
  readonly logits: readonly number[];
}

export interface MemoryAnswer {
  /** Since the process began or since it was last reset, in bytes: largest resident size, or allocated on the device by an opponent on CUDA. */
  readonly peak: number;
  readonly resident: number;
}

export const startOurs = (variant: Variant = 'default'): Worker =>
  Worker.start(process.execPath, [OURS], variant === 'portable' ? { BORNAGAIN_INSTRUCTION_SET: 'portable' } : {});

/** @param program a file of bench/opponents and its arguments */
export const startTheirs = (python: string, [file = 'worker.py', ...args]: readonly string[] = []): Worker =>
  Worker.start(python, [`${OPPONENTS}${file}`, ...args]);

export const ourPrecision = (precision: Precision, variant: Variant): Precision => (variant === 'bf16' ? 'bf16' : precision);

export const ourSettings = (precision: Precision, variant: Variant = 'default'): OurSettings => ({
  precision: ourPrecision(precision, variant),
  products: variant === 'default' || variant === 'bf16' ? 'auto' : 'libtorch',
});
