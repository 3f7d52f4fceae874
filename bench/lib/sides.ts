/** The two sides by name: how their workers are started and what they answer. bench/ours/worker.mjs and bench/opponents/worker.py serve them. */
import { fileURLToPath } from 'node:url';
import { Worker } from './worker.js';

const OURS = fileURLToPath(new URL('../ours/worker.mjs', import.meta.url));
const THEIRS = fileURLToPath(new URL('../opponents/worker.py', import.meta.url));

export type Precision = 'fp32' | 'bf16';

/** What a side is asked to be: a folder of lib/folder.ts, its dropout and its threads. */
export interface OpenRequest {
  readonly folder: string;
  readonly dropout: number;
  readonly threads: number;
}

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
  /** Of each step, in order. */
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

export interface EvaluateAnswer {
  readonly seconds: number;
  /** Of each sequence, in the list's order. */
  readonly logits: readonly number[];
}

export interface MemoryAnswer {
  /** Largest resident size since the process began or since it was last reset, in bytes; 0 where the system does not tell. */
  readonly peak: number;
  readonly resident: number;
}

export interface Opponent extends TheirSettings {
  readonly name: string;
  readonly precision: Precision;
  /** The batches it is given: in the data's order, or grouped by length. */
  readonly list: 'plain' | 'grouped';
}

export const OPPONENTS: readonly Opponent[] = [
  { name: 'eager-fp32-pad128', precision: 'fp32', attention: 'eager', autocast: false, padTo: 128, list: 'plain' },
  { name: 'eager-fp32-dynamic', precision: 'fp32', attention: 'eager', autocast: false, padTo: null, list: 'plain' },
  { name: 'eager-bf16-dynamic', precision: 'bf16', attention: 'eager', autocast: true, padTo: null, list: 'plain' },
  { name: 'sdpa-bf16-dynamic', precision: 'bf16', attention: 'sdpa', autocast: true, padTo: null, list: 'plain' },
  { name: 'eager-bf16-grouped', precision: 'bf16', attention: 'eager', autocast: true, padTo: null, list: 'grouped' },
];

export const startOurs = (variant: Variant = 'default'): Worker =>
  Worker.start(process.execPath, [OURS], variant === 'portable' ? { BORNAGAIN_INSTRUCTION_SET: 'portable' } : {});

export const startTheirs = (python: string): Worker => Worker.start(python, [THEIRS]);

export const ourPrecision = (precision: Precision, variant: Variant): Precision => (variant === 'bf16' ? 'bf16' : precision);

export const ourSettings = (precision: Precision, variant: Variant = 'default'): OurSettings => ({
  precision: ourPrecision(precision, variant),
  products: variant === 'default' || variant === 'bf16' ? 'auto' : 'libtorch',
});
