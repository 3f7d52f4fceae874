/** The sizes that are measured, and the FLOPs of training them. */
import type { Device } from './sides.js';

export interface ModelShape {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
}

export const MODELS = {
  tiny: { layers: 2, hidden: 128, heads: 2, intermediate: 512 },
  mini: { layers: 6, hidden: 384, heads: 12, intermediate: 1536 },
  base: { layers: 12, hidden: 768, heads: 12, intermediate: 3072 },
  large: { layers: 24, hidden: 1024, heads: 16, intermediate: 4096 },
} as const satisfies Record<string, ModelShape>;

export type ModelName = keyof typeof MODELS;

/** Those of each device's tables. */
export const MEASURED = {
  cpu: ['tiny', 'mini', 'base'],
  cuda: ['tiny', 'mini', 'base', 'large'],
} as const satisfies Record<Device, readonly ModelName[]>;

export const VOCABULARY = 30522;
export const CLASSES = 3;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const sumOfSquares = (values: readonly number[]): number => sum(values.map((value) => value * value));

/** Head and pooler, by sequence: forward 2, backward 4 operations a weight. */
const perSequence = ({ hidden }: ModelShape): number => 6 * (hidden * hidden + hidden * CLASSES);

/**
 * F = 6·N·Σs + 12·L·h·Σs², N = L·(4h² + 2hf), plus 6·(h² + hC) for each sequence: training FLOPs over the lengths given. With real lengths it
 * is the work that was asked for; with padded ones what a program executes that pads.
 */
export function trainingFlops(shape: ModelShape, lengths: readonly number[]): number {
  const { layers, hidden, intermediate } = shape;
  const weights = layers * (4 * hidden * hidden + 2 * hidden * intermediate);
  return 6 * weights * sum(lengths) + 12 * layers * hidden * sumOfSquares(lengths) + perSequence(shape) * lengths.length;
}

/**
 * Training FLOPs of packed sequences whose last layer computes only [CLS]. On CUDA it has keys and values of all tokens, and all else of one each. On
 * the CPU weights meet one row a sequence, and tokens one row a head (native/core/kernels/first_attention.h).
 */
export function firstTokenFlops(shape: ModelShape, lengths: readonly number[], device: Device): number {
  const { layers, hidden, heads, intermediate } = shape;
  const whole = trainingFlops({ ...shape, layers: layers - 1 }, lengths);
  const keysAndValues = 2 * hidden * hidden * (device === 'cpu' ? lengths.length : sum(lengths));
  const restAtFirst = (2 * hidden * hidden + 2 * hidden * intermediate) * lengths.length;
  const attention = 2 * hidden * (device === 'cpu' ? heads : 1) * sum(lengths);
  return whole + 6 * (keysAndValues + restAtFirst + attention);
}

/** The linear layers of a layer, [out, in] of each, as the engine multiplies them. */
export function linearShapes({ hidden, intermediate }: ModelShape): readonly { readonly out: number; readonly in: number }[] {
  return [
    { out: 3 * hidden, in: hidden },
    { out: hidden, in: hidden },
    { out: intermediate, in: hidden },
    { out: hidden, in: intermediate },
  ];
}
