/** What is printed of a tensor: enough to tell it apart, never an error. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { memory, Tensor, type NestedNumbers } from '../../src/tensor/index.js';

afterEach(() => {
  expect(memory().tensorsLive).toBe(0);
});

describe('a tensor as text', () => {
  it.each<[string, Parameters<typeof Tensor.from>, string]>([
    ['a scalar', [3], 'Tensor(float32 [] on cpu): 3'],
    [
      'a matrix',
      [
        [
          [1, 2.5, 0.1],
          [NaN, -Infinity, -1e-9],
        ],
      ],
      'Tensor(float32 [2, 3] on cpu): [[1, 2.5, 0.1], [NaN, -Infinity, -1e-9]]',
    ],
    ['integers beyond six digits', [[16777216, 0], { dtype: 'int32' }], 'Tensor(int32 [2] on cpu): [16777216, 0]'],
    ['BigInts', [BigInt64Array.of(2n ** 62n, -1n)], 'Tensor(int64 [2] on cpu): [4611686018427387904, -1]'],
    ['truth values', [[1, 0], { dtype: 'bool' }], 'Tensor(bool [2] on cpu): [true, false]'],
    ['half precision', [[1.5], { dtype: 'bfloat16' }], 'Tensor(bfloat16 [1] on cpu): [1.5]'],
    ['no value', [[[], []]], 'Tensor(float32 [2, 0] on cpu)'],
  ])('%s', (_, given, expected) => {
    using tensor = Tensor.from(...given);
    expect(inspect(tensor)).toBe(expected);
    expect(String(tensor)).toBe(expected);
    expect(JSON.parse(JSON.stringify({ tensor }))).toEqual({ tensor: expected });
    expect(inspect({ a: { b: [tensor] } }, { depth: 3 })).toContain(expected);
  });

  it('says whether a gradient is wanted', () => {
    using tensor = Tensor.ones([2]);
    tensor.requiresGrad = true;
    expect(inspect(tensor)).toBe('Tensor(float32 [2] on cpu, requiresGrad): [1, 1]');
  });

  it('ends long ones with an ellipsis, in every dimension that is cut', () => {
    using row = Tensor.arange(1000);
    const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i).join(', ');
    expect(inspect(row)).toBe(`Tensor(float32 [1000] on cpu): [${numbers(0, 24)}, …]`);
    using square = row.reshape([25, 2, 20]);
    expect(inspect(square)).toBe(`Tensor(float32 [25, 2, 20] on cpu): [[[${numbers(0, 20)}], [${numbers(20, 24)}, …]], …]`);
  });

  it('reads no values of large ones', () => {
    using one = Tensor.ones([1]);
    using huge = one.expand([2 ** 45]);
    expect(inspect(huge)).toBe('Tensor(float32 [35184372088832] on cpu)');
  });

  it('tells a disposed one from a live one', () => {
    const tensor = Tensor.ones([1]);
    tensor.dispose();
    for (const text of [inspect(tensor), String(tensor), JSON.parse(JSON.stringify(tensor)) as string])
      expect(text).toBe('Tensor(disposed)');
  });

  it('does not throw of what is no tensor either', () => {
    expect(inspect(Object.create(Tensor.prototype))).toMatch(/^Tensor\(.*undefined/);
  });
});

describe('from JavaScript', () => {
  const invalid = (message: RegExp) =>
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) as string }) as Error;
  const nothing = undefined as never;

  it('an array that contains itself is refused', () => {
    const array: NestedNumbers[] = [];
    array.push(array);
    expect(() => Tensor.from(array)).toThrowError(invalid(/deeper than 64; does one contain itself/));
  });

  it('64 dimensions are taken, 65 are not', () => {
    const nested = (depth: number): NestedNumbers => Array.from({ length: depth }).reduce<NestedNumbers>((inner) => [inner], 1);
    using deepest = Tensor.from(nested(64));
    expect(deepest.shape).toEqual(new Array(64).fill(1));
    expect(() => Tensor.from(nested(65))).toThrowError(invalid(/deeper than 64/));
  });

  it('nothing in place of a tensor is named', () => {
    using tensor = Tensor.ones([2, 2]);
    using index = Tensor.from([0], { dtype: 'int32' });
    expect(() => tensor.add(nothing)).toThrowError(invalid(/^add: other must be a tensor or a number/));
    expect(() => tensor.add_(null as never)).toThrowError(invalid(/^add_: other must be a tensor or a number/));
    expect(() => tensor.maximum(nothing)).toThrowError(invalid(/^maximum: other must be a tensor/));
    expect(() => tensor.matmul(nothing)).toThrowError(invalid(/^matmul: other must be a tensor/));
    expect(() => tensor.addmm(tensor, nothing)).toThrowError(invalid(/^addmm: b must be a tensor/));
    expect(() => tensor.linear(nothing)).toThrowError(invalid(/^linear: weight must be a tensor/));
    expect(() => tensor.crossEntropy(nothing)).toThrowError(invalid(/^crossEntropy: target must be a tensor/));
    expect(() => tensor.gather(0, nothing)).toThrowError(invalid(/^gather: index must be a tensor/));
    expect(() => tensor.copy_(nothing)).toThrowError(invalid(/^copy_: source must be a tensor/));
    expect(() => Tensor.cat([index, nothing])).toThrowError(invalid(/^cat: tensors\[1\] must be a tensor/));
  });

  it('random numbers without a seed are refused', () => {
    for (const options of [undefined, null, {}, { seed: '1' }]) {
      expect(() => Tensor.randn([2], options as never)).toThrowError(invalid(/needs a seed/));
    }
  });
});
