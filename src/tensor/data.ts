/** JavaScript's numbers in the form the addon copies from, and back: typed arrays by dtype, nested arrays by shape. */
import type { DType, TypedArray } from '../native/types.js';
import { BornAgainError } from '../util/errors.js';
import { elementCount } from '../util/shape.js';

/** A number, or arrays of numbers nested to the depth of the tensor. */
export type NestedNumbers = number | readonly NestedNumbers[];

export interface FlatData {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Uint8Array) return 'uint8';
  throw new BornAgainError(
    'ERR_INVALID_ARGUMENT',
    'Tensor.from: data must be a Float32Array, Float64Array, Int32Array, BigInt64Array, Uint8Array, number or array of numbers',
  );
}

/** Above the 32 dimensions of NumPy, and far below where an array that contains itself would end. */
const MAX_DEPTH = 64;

/** Nested arrays as a typed array fit for `dtype`. Throws ERR_INVALID_ARGUMENT for arrays that are ragged or nested deeper than 64, and for values the dtype cannot hold. */
export function flatten(nested: NestedNumbers, dtype: DType): FlatData {
  const shape = shapeOf(nested);
  const values: number[] = [];
  collect(nested, shape, 0, [], values);
  return { data: toTypedArray(values, dtype), shape };
}

function shapeOf(nested: NestedNumbers): number[] {
  const shape: number[] = [];
  let level: NestedNumbers | undefined = nested;
  while (Array.isArray(level)) {
    if (shape.length === MAX_DEPTH) throw tooDeep();
    const array: readonly NestedNumbers[] = level;
    shape.push(array.length);
    level = array[0];
  }
  return shape;
}

function tooDeep(): BornAgainError {
  return new BornAgainError('ERR_INVALID_ARGUMENT', `Tensor.from: arrays nested deeper than ${MAX_DEPTH}; does one contain itself?`);
}

function collect(nested: NestedNumbers, shape: readonly number[], depth: number, path: readonly number[], values: number[]): void {
  if (depth === shape.length) {
    if (typeof nested !== 'number') throw ragged(path, `expected a number, found ${Array.isArray(nested) ? 'an array' : typeof nested}`);
    values.push(nested);
    return;
  }
  if (!Array.isArray(nested)) throw ragged(path, `expected an array of ${shape[depth]}, found ${typeof nested}`);
  if (nested.length !== shape[depth]) throw ragged(path, `expected ${shape[depth]} entries, found ${nested.length}`);
  nested.forEach((entry: NestedNumbers, index) => collect(entry, shape, depth + 1, [...path, index], values));
}

function ragged(path: readonly number[], what: string): BornAgainError {
  return new BornAgainError('ERR_INVALID_ARGUMENT', `Tensor.from: ${what} at data${path.map((index) => `[${index}]`).join('')}`, { path });
}

// Bounds of the integer dtypes; an int64 out of numbers holds what a number holds exactly.
const INTEGER_RANGE: Partial<Record<DType, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [0, 255],
  bool: [0, 1],
};

function toTypedArray(values: readonly number[], dtype: DType): TypedArray {
  const range = INTEGER_RANGE[dtype];
  if (range) {
    const [low, high] = range;
    const bad = values.find((value) => !Number.isInteger(value) || value < low || value > high);
    if (bad !== undefined)
      throw new BornAgainError('ERR_INVALID_ARGUMENT', `Tensor.from: ${bad} is no ${dtype}, which holds integers from ${low} to ${high}`);
  }
  if (dtype === 'int32') return Int32Array.from(values);
  if (dtype === 'int64') return BigInt64Array.from(values, BigInt);
  if (dtype === 'uint8' || dtype === 'bool') return Uint8Array.from(values);
  // float16 and bfloat16 are rounded once, by LibTorch, from the value as it was given.
  return dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
}

/** Values in row-major order, nested by `shape`; a lone number for a scalar. Throws ERR_INVALID_ARGUMENT for an int64 beyond 2^53. */
export function nest(data: TypedArray, shape: readonly number[]): NestedNumbers {
  let level: NestedNumbers[] = Array.from(data as ArrayLike<number | bigint>, exactNumber);
  for (const [depth, size] of [...shape.entries()].reverse().slice(0, -1)) {
    const count = elementCount(shape.slice(0, depth));
    const inner = level;
    level = Array.from({ length: count }, (_, index) => inner.slice(index * size, (index + 1) * size));
  }
  return shape.length === 0 ? (level[0] as NestedNumbers) : level;
}

function exactNumber(value: number | bigint): number {
  const number = Number(value);
  if (typeof value === 'bigint' && !Number.isSafeInteger(number)) {
    throw new BornAgainError(
      'ERR_INVALID_ARGUMENT',
      `toArray: ${value} is beyond what a number holds exactly; use data(), which gives a BigInt64Array`,
    );
  }
  return number;
}
