/** The raw handles of new tensors. What is left out: dtype float32 (or that of a typed array), device `cpu`. */
import { loadAddon } from '../native/load.js';
import type { DType, NativeTensor, TypedArray } from '../native/types.js';
import { BornAgainError } from '../util/errors.js';
import { dtypeOf, flatten, type NestedNumbers } from './data.js';
import { ops } from './handle.js';

export interface TensorOptions {
  readonly dtype?: DType;
  /** `cpu`, `cuda`, `cuda:1` */
  readonly device?: string;
}

export interface FromOptions extends TensorOptions {
  /** Left out: the nesting of arrays, [length] of a typed array. */
  readonly shape?: readonly number[];
}

export interface RandomOptions extends TensorOptions {
  readonly seed: number;
}

export interface RangeOptions extends TensorOptions {
  readonly start?: number;
  readonly step?: number;
}

const DTYPE: DType = 'float32';
const DEVICE = 'cpu';

export function fromValues(values: TypedArray | NestedNumbers, options: FromOptions): NativeTensor {
  if (ArrayBuffer.isView(values)) {
    const dtype = options.dtype ?? dtypeOf(values);
    return loadAddon().fromData(values, options.shape ?? [values.length], dtype, options.device ?? DEVICE);
  }
  const dtype = options.dtype ?? DTYPE;
  const { data, shape } = flatten(values, dtype);
  return loadAddon().fromData(data, options.shape ?? shape, dtype, options.device ?? DEVICE);
}

export function full(shape: readonly number[], value: number, options: TensorOptions): NativeTensor {
  return ops().full(shape, value, options.dtype ?? DTYPE, options.device ?? DEVICE);
}

export function arange(end: number, options: RangeOptions): NativeTensor {
  return ops().arange(options.start ?? 0, end, options.step ?? 1, options.dtype ?? DTYPE, options.device ?? DEVICE);
}

export function randn(shape: readonly number[], options: RandomOptions | undefined): NativeTensor {
  if (typeof options?.seed !== 'number')
    throw new BornAgainError('ERR_INVALID_ARGUMENT', 'Tensor.randn needs a seed: randn([2, 3], { seed: 1 })');
  return ops().randn(shape, options.seed, options.dtype ?? DTYPE, options.device ?? DEVICE);
}
