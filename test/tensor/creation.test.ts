/** Values in and out: every source and dtype, shapes, and what is refused. */
import { afterEach, describe, expect, test } from 'vitest';
import type { DType, TypedArray } from '../../src/native/types.js';
import { memory, scope, Tensor, type NestedNumbers } from '../../src/tensor/index.js';

afterEach(() => {
  expect(memory().tensorsLive).toBe(0);
});

describe('from typed arrays', () => {
  test.each<[DType, TypedArray]>([
    ['float32', Float32Array.of(1.5, -2, NaN, Infinity)],
    ['float64', Float64Array.of(0.1, -2e300)],
    ['int32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
    ['int64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
    ['uint8', Uint8Array.of(0, 255)],
  ])('%s comes back as it was, as a copy', (dtype, data) => {
    using tensor = Tensor.from(data);
    const out = tensor.data();
    expect({ dtype: tensor.dtype, shape: tensor.shape, device: tensor.device, size: tensor.size }).toEqual({
      dtype,
      shape: [data.length],
      device: 'cpu',
      size: data.length,
    });
    expect(out).toEqual(data);
    new Uint8Array(out.buffer).fill(1);
    expect(tensor.data()).toEqual(data);
  });

  test('a view into a larger buffer, and a shared one', () => {
    const buffer = new Float32Array([9, 1, 2, 3, 9]);
    const shared = new Int32Array(new SharedArrayBuffer(8));
    shared.set([4, 5]);
    using part = Tensor.from(buffer.subarray(1, 4));
    using sharedPart = Tensor.from(shared);
    expect(part.toArray()).toEqual([1, 2, 3]);
    expect(sharedPart.toArray()).toEqual([4, 5]);
  });

  test.each<[TypedArray, DType, TypedArray]>([
    [Float64Array.of(0.1), 'float32', Float32Array.of(0.1)],
    [Float32Array.of(1 + 2 ** -11), 'float16', Float32Array.of(1)],
    [Float32Array.of(1 + 2 ** -8), 'bfloat16', Float32Array.of(1)],
    [Int32Array.of(7), 'int64', BigInt64Array.of(7n)],
    [Uint8Array.of(0, 1), 'bool', Uint8Array.of(0, 1)],
    [Int32Array.of(3), 'float32', Float32Array.of(3)],
  ])('%o as %s', (data, dtype, expected) => {
    using tensor = Tensor.from(data, { dtype });
    expect(tensor.dtype).toBe(dtype);
    expect(tensor.data()).toEqual(expected);
  });
});

describe('from numbers', () => {
  test.each<[NestedNumbers, readonly number[]]>([
    [3.5, []],
    [[], [0]],
    [[1, 2, 3], [3]],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [3, 2],
    ],
    [[[[1], [2]]], [1, 2, 1]],
    [
      [[], []],
      [2, 0],
    ],
  ])('%j has shape %j and comes back', (values, shape) => {
    using tensor = Tensor.from(values);
    expect(tensor.shape).toEqual(shape);
    expect(tensor.dtype).toBe('float32');
    expect(tensor.toArray()).toEqual(values);
  });

  test.each<DType>(['float64', 'int32', 'int64', 'uint8', 'bool', 'float16', 'bfloat16'])('as %s', (dtype) => {
    using tensor = Tensor.from([0, 1], { dtype, shape: [2, 1] });
    expect(tensor.dtype).toBe(dtype);
    expect(tensor.toArray()).toEqual([[0], [1]]);
  });

  test.each<[string, () => Tensor, RegExp]>([
    ['ragged', () => Tensor.from([[1, 2], [3]]), /expected 2 entries, found 1 at data\[1\]/],
    ['of mixed depth', () => Tensor.from([[1], 2]), /expected an array of 1, found number at data\[1\]/],
    ['too deep', () => Tensor.from([1, [2]]), /expected a number, found an array at data\[1\]/],
    ['no numbers', () => Tensor.from(['1'] as never), /expected a number, found string at data\[0\]/],
    ['fractional integers', () => Tensor.from([0.5], { dtype: 'int32' }), /0\.5 is no int32/],
    ['integers out of range', () => Tensor.from([256], { dtype: 'uint8' }), /256 is no uint8, which holds integers from 0 to 255/],
    ['inexact integers', () => Tensor.from([2 ** 53], { dtype: 'int64' }), /9007199254740992 is no int64/],
    ['of another length than the shape', () => Tensor.from([1, 2, 3], { shape: [2] }), /data has 3 values, shape \[2\] needs 2/],
    ['in an array of another kind', () => Tensor.from(new Uint16Array(2) as never), /must be a Float32Array/],
  ])('refuses arrays that are %s', (_name, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) as string }));
  });
});

describe('out', () => {
  test('views are read in row-major order', () => {
    scope(() => {
      const tensor = Tensor.from([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      expect(tensor.t().toArray()).toEqual([
        [1, 4],
        [2, 5],
        [3, 6],
      ]);
      expect(tensor.slice(1, 0, undefined, 2).data()).toEqual(Float32Array.of(1, 3, 4, 6));
    });
  });

  test('item reads one value of any dtype', () => {
    scope(() => {
      expect(Tensor.from([[2.5]]).item()).toBe(2.5);
      expect(Tensor.from(7, { dtype: 'int64' }).item()).toBe(7);
      expect(Tensor.from([1], { dtype: 'bool' }).item()).toBe(1);
      expect(Tensor.from(1.5, { dtype: 'bfloat16' }).item()).toBe(1.5);
    });
  });

  test('toArray refuses an int64 that a number does not hold', () => {
    using tensor = Tensor.from(BigInt64Array.of(2n ** 60n));
    expect(() => tensor.toArray()).toThrow(/beyond what a number holds exactly; use data\(\)/);
  });
});

describe('made by rule', () => {
  test('zeros, ones, full, arange', () => {
    scope(() => {
      expect(Tensor.zeros([2, 2]).toArray()).toEqual([
        [0, 0],
        [0, 0],
      ]);
      expect(Tensor.ones([2], { dtype: 'int64' }).data()).toEqual(BigInt64Array.of(1n, 1n));
      expect(Tensor.full([2], -0.5, { dtype: 'float64' }).data()).toEqual(Float64Array.of(-0.5, -0.5));
      expect(Tensor.full([], 1, { dtype: 'bool' }).dtype).toBe('bool');
      expect(Tensor.arange(4).toArray()).toEqual([0, 1, 2, 3]);
      expect(Tensor.arange(0, { start: 6, step: -2, dtype: 'int32' }).data()).toEqual(Int32Array.of(6, 4, 2));
      expect(Tensor.arange(5, { start: 5 }).shape).toEqual([0]);
      expect(Tensor.arange(256, { start: 255, dtype: 'uint8' }).toArray()).toEqual([255]);
    });
  });

  // PyTorch: torch.randn(3, generator=torch.Generator().manual_seed(7)).tolist()
  test('randn gives the numbers of its seed, whatever was drawn before', () => {
    scope(() => {
      const first = Tensor.randn([3], { seed: 7 }).data();
      Tensor.randn([5], { seed: 8 });
      expect(Array.from(first as Float32Array)).toEqual([-0.1467950940132141, 0.7861412763595581, 0.9468216300010681]);
      expect(Tensor.randn([3], { seed: 7 }).data()).toEqual(first);
      expect(Tensor.randn([3], { seed: 8 }).data()).not.toEqual(first);
    });
  });

  test('randn has mean 0 and variance 1', () => {
    scope(() => {
      const values = Tensor.randn([100_000], { seed: 1, dtype: 'float64' });
      // Four standard errors of the mean and of the variance.
      expect(Math.abs(values.mean().item())).toBeLessThan(4 / Math.sqrt(100_000));
      expect(Math.abs(values.var().item() - 1)).toBeLessThan(4 * Math.sqrt(2 / 100_000));
    });
  });
});

test('to converts the dtype; without a change it is the same memory', () => {
  scope(() => {
    const tensor = Tensor.from([1.9, -1.9]);
    expect(tensor.to({ dtype: 'int64' }).data()).toEqual(BigInt64Array.of(1n, -1n));
    tensor.to({ device: 'cpu' }).zero_();
    expect(tensor.toArray()).toEqual([0, 0]);
    tensor.clone().fill_(1);
    expect(tensor.toArray()).toEqual([0, 0]);
  });
});
