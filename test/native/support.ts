/** Raw tensors and expected errors for the tests of the addon. */
import { expect } from 'vitest';
import { loadAddon } from '../../src/native/load.js';
import type { NativeTensor } from '../../src/native/types.js';
import { BornAgainError, type ErrorCode } from '../../src/util/errors.js';

export const addon = loadAddon();
export const { ops } = addon;

/** Ones. */
export function floats(...shape: number[]): NativeTensor {
  return ops.full(shape, 1, 'float32', 'cpu');
}

export function integers(values: readonly number[]): NativeTensor {
  return addon.fromData(Int32Array.from(values), [values.length], 'int64', 'cpu');
}

export function thrownBy(call: () => unknown): BornAgainError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(BornAgainError);
    return error as BornAgainError;
  }
  throw new Error('the call did not throw');
}

export function expectError(call: () => unknown, code: ErrorCode, message: RegExp): void {
  const error = thrownBy(call);
  expect(error.message).toMatch(message);
  expect(error.code).toBe(code);
}

/** A value of the wrong type, past the compiler. */
export function wrong(value: unknown): never {
  return value as never;
}
