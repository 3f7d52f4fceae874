/** What the addon refuses: each time a BornAgainError with a code, a short message that names operation and argument, and the caller's stack. */
import { describe, expect, test } from 'vitest';
import { addon, expectError, floats, integers, ops, thrownBy, wrong } from './support.js';

test('an error carries the class, the code and the stack of the caller in JavaScript', () => {
  function callerOfMatmul(): void {
    ops.matmul(floats(2, 3), floats(2, 3));
  }
  const error = thrownBy(callerOfMatmul);
  expect(error.name).toBe('BornAgainError');
  expect(error.stack).toContain('callerOfMatmul');
});

describe('arguments of the wrong kind', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['too few', () => (ops.add as (...values: unknown[]) => unknown)(floats(1)), /^add: takes 2 arguments, not 1$/],
    ['too many', () => (ops.neg as (...values: unknown[]) => unknown)(floats(1), 1), /^neg: takes 1 arguments, not 2$/],
    ['no tensor', () => ops.neg(wrong(5)), /^neg: self must be a tensor$/],
    ['neither tensor nor number', () => ops.add(floats(1), wrong('1')), /^add: other must be a tensor or a number$/],
    ['no array', () => ops.cat(wrong(floats(1)), 0), /^cat: tensors must be an array/],
    ['an empty list of tensors', () => ops.cat([], 0), /^cat: tensors must be an array of at least one tensor$/],
    ['a list with a foreign entry', () => ops.cat([floats(1), wrong({})], 0), /^cat: tensors\[1\] must be a tensor$/],
    ['a dimension that is no integer', () => ops.softmax(floats(2), 0.5), /^softmax: dim must be an integer$/],
    ['NaN for an integer', () => ops.softmax(floats(2), NaN), /^softmax: dim must be an integer$/],
    ['a string for a boolean', () => ops.sum(floats(2), null, wrong('yes')), /^sum: keepDim must be a boolean$/],
    ['an unknown dtype', () => ops.full([1], 0, wrong('float8'), 'cpu'), /^full: dtype must be one of float32, .*, not 'float8'$/],
    ['an unknown device', () => ops.full([1], 0, 'float32', 'tpu'), /^full: device must be 'cpu', 'cuda' or 'cuda:N', not 'tpu'$/],
    ['an unknown reduction', () => ops.mseLoss(floats(1), floats(1), wrong('max')), /^mseLoss: reduction must be 'none', 'mean' or 'sum'/],
    ['an unknown approximation', () => ops.gelu(floats(1), wrong('fast')), /^gelu: approximate must be/],
    ['undefined where null is meant', () => ops.sum(floats(2), wrong(undefined), false), /^sum: dims must be an array/],
  ])('%s', (_name, call, message) => expectError(call, 'ERR_INVALID_ARGUMENT', message));
});

describe('shapes and dtypes that do not fit', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['add', () => ops.add(floats(2, 3), floats(2)), /^add: self \[2, 3\] and other \[2\] do not broadcast$/],
    ['add_', () => ops.add_(floats(2), floats(2, 2)), /^add_: other \[2, 2\] does not broadcast to self \[2\]$/],
    ['copy_', () => ops.copy_(floats(2), floats(3)), /^copy_: source \[3\] does not broadcast to self \[2\]$/],
    ['fill_', () => ops.fill_(integers([1]), 0.5), /^fill_: value must be an integer that int64 holds$/],
    ['where', () => ops.where(floats(2), 1, 2), /^where: condition must be bool, not float32$/],
    ['clamp', () => ops.clamp(floats(2), null, null), /^clamp: min and max must not both be left out$/],
    ['matmul', () => ops.matmul(floats(2, 3), floats(2, 3)), /^matmul: self \[2, 3\] and other \[2, 3\] do not fit: .* 3 and 2$/],
    ['matmul of batches', () => ops.matmul(floats(2, 1, 1), floats(3, 1, 1)), /^matmul: the batch of self \[2\] and of other \[3\]/],
    [
      'matmul of dtypes',
      () => ops.matmul(floats(1, 1), ops.to(floats(1, 1), 'float64', null)),
      /^matmul: self is float32 and other float64/,
    ],
    ['bmm', () => ops.bmm(floats(2, 3), floats(2, 3, 1)), /^bmm: self \[2, 3\] must have 3 dimensions$/],
    ['addmm', () => ops.addmm(floats(3), floats(2, 3), floats(3, 2)), /^addmm: self \[3\] does not broadcast to the product \[2, 2\]$/],
    ['linear', () => ops.linear(floats(2, 3), floats(4, 2), null), /^linear: self \[2, 3\] and weight \[4, 2\] do not fit/],
    ['linear bias', () => ops.linear(floats(2, 3), floats(4, 3), floats(3)), /^linear: bias \[3\] must be \[4\]$/],
    ['transpose', () => ops.transpose(floats(2, 3), 0, 2), /^transpose: dim1 2 is no dimension of a tensor \[2, 3\]$/],
    ['permute', () => ops.permute(floats(2, 3), [0, 0]), /^permute: dims \[0, 0\] must name every dimension/],
    ['reshape', () => ops.reshape(floats(2, 3), [4, -1]), /^reshape: self \[2, 3\] does not fit into shape \[4, -1\]$/],
    ['view', () => ops.view(floats(2, 3), [7]), /^view: self \[2, 3\] does not fit into shape \[7\]$/],
    ['flatten', () => ops.flatten(floats(2, 3), 1, 0), /^flatten: startDim must not come after endDim$/],
    ['unsqueeze', () => ops.unsqueeze(floats(2), 3), /^unsqueeze: dim 3 is no place/],
    ['expand', () => ops.expand(floats(2), [3]), /^expand: self \[2\] does not expand to \[3\]$/],
    [
      'cat',
      () => ops.cat([floats(2, 3), floats(2, 2)], 0),
      /^cat: tensors\[1\] \[2, 2\] does not join tensors\[0\] \[2, 3\] along dimension 0$/,
    ],
    ['cat of scalars', () => ops.cat([floats(), floats()], 0), /^cat: tensors\[0\] has no dimension to join along; stack joins scalars$/],
    ['stack', () => ops.stack([floats(2), floats(3)], 0), /^stack: tensors\[0\] \[2\] and tensors\[1\] \[3\] must have the same shape$/],
    ['narrow', () => ops.narrow(floats(4), 0, 3, 2), /^narrow: start 3 and length 2 leave the dimension, which has 4$/],
    ['slice', () => ops.slice(floats(4), 0, null, null, 0), /^slice: step must be at least 1, not 0$/],
    ['select', () => ops.select(floats(4), 0, 4), /^select: index 4 is outside of the dimension, which has 4$/],
    ['indexSelect', () => ops.indexSelect(floats(3), 0, integers([0, 3])), /^indexSelect: index has a value 3 outside of 0 to 2$/],
    ['indexSelect by floats', () => ops.indexSelect(floats(3), 0, floats(1)), /^indexSelect: index must be int32 or int64, not float32$/],
    ['gather', () => ops.gather(floats(3), 0, integers([-1])), /^gather: index has a value -1 outside of 0 to 2$/],
    ['embedding', () => ops.embedding(floats(3, 2), integers([3])), /^embedding: indices has a value 3 outside of 0 to 2$/],
    ['mean of integers', () => ops.mean(integers([1]), null, false), /^mean: self must be of a floating dtype, not int64$/],
    ['sum over an absent dimension', () => ops.sum(floats(2), [1], false), /^sum: dims 1 is no dimension of a tensor \[2\]$/],
    ['argmax of nothing', () => ops.argmax(floats(0), null, false), /^argmax: self \[0\] has no values$/],
    ['amax of nothing', () => ops.amax(floats(0), null, false), /^amax: self \[0\] has no values$/],
    ['layerNorm', () => ops.layerNorm(floats(2, 3), [2], null, null, 1e-5), /^layerNorm: self \[2, 3\] must end in normalizedShape \[2\]$/],
    ['layerNorm weight', () => ops.layerNorm(floats(2, 3), [3], floats(2), null, 1e-5), /^layerNorm: weight \[2\] must be \[3\]$/],
    ['layerNorm epsilon', () => ops.layerNorm(floats(2, 3), [3], null, null, NaN), /^layerNorm: epsilon must be a finite number/],
    [
      'crossEntropy classes',
      () => ops.crossEntropy(floats(1, 3), integers([3]), 'mean'),
      /^crossEntropy: target has a value 3 outside of 0 to 2$/,
    ],
    [
      'crossEntropy target',
      () => ops.crossEntropy(floats(2, 3), integers([0]), 'mean'),
      /^crossEntropy: target \[1\] must be \[2\] class indices/,
    ],
    [
      'crossEntropy distributions',
      () => ops.crossEntropy(floats(2, 3), floats(2, 2), 'mean'),
      /^crossEntropy: self \[2, 3\] and target \[2, 2\]/,
    ],
    ['mseLoss', () => ops.mseLoss(floats(2), floats(2, 1), 'mean'), /^mseLoss: self \[2\] and target \[2, 1\] must have the same shape$/],
    ['full', () => ops.full([2], 256, 'uint8', 'cpu'), /^full: value must be an integer that uint8 holds$/],
    ['full of a negative size', () => ops.full([-1], 0, 'float32', 'cpu'), /^full: shape\[0\] must be at least 0$/],
    ['full beyond any memory', () => ops.full([2 ** 40, 2 ** 40, 0], 0, 'float32', 'cpu'), /^full: shape must be/],
    ['arange', () => ops.arange(0, 5, -1, 'float32', 'cpu'), /^arange: step goes away from end$/],
    ['arange past the dtype', () => ops.arange(0, 257, 1, 'uint8', 'cpu'), /^arange: the last value must be an integer that uint8 holds$/],
    ['arange below the dtype', () => ops.arange(0, -2, -1, 'uint8', 'cpu'), /^arange: the last value must be an integer that uint8 holds$/],
    ['randn', () => ops.randn([1], 1, 'int32', 'cpu'), /^randn: dtype must be a floating one, not int32$/],
    ['item', () => ops.item(floats(2)), /^item: self \[2\] must have one value$/],
    [
      'item of a large int64',
      () => ops.item(addon.fromData(BigInt64Array.of(2n ** 60n), [], 'int64', 'cpu')),
      /^item: the int64 value is beyond/,
    ],
    ['backward', () => ops.backward(floats(1), null, false), /^backward: self does not come from anything that requires a gradient$/],
  ])('%s', (_name, call, message) => expectError(call, 'ERR_INVALID_ARGUMENT', message));
});

describe('data in', () => {
  const data = new Float32Array(6);
  test.each<[string, () => unknown, RegExp]>([
    [
      'a shape of another length',
      () => addon.fromData(data, [2, 4], 'float32', 'cpu'),
      /^fromData: data has 6 values, shape \[2, 4\] needs 8$/,
    ],
    ['a scalar shape', () => addon.fromData(data, [], 'float32', 'cpu'), /^fromData: data has 6 values, shape \[\] needs 1$/],
    ['no typed array', () => addon.fromData(wrong([1, 2]), [2], 'float32', 'cpu'), /^fromData: data must be a typed array$/],
    [
      'a typed array of another kind',
      () => addon.fromData(wrong(new Int16Array(2)), [2], 'float32', 'cpu'),
      /^fromData: data must be a Float32Array/,
    ],
    [
      'a DataView',
      () => addon.fromData(wrong(new DataView(new ArrayBuffer(8))), [2], 'float32', 'cpu'),
      /^fromData: data must be a typed array$/,
    ],
    ['floats to integers', () => addon.fromData(data, [6], 'int64', 'cpu'), /^fromData: dtype int64 does not hold every value/],
    ['int64 to int32', () => addon.fromData(new BigInt64Array(1), [1], 'int32', 'cpu'), /^fromData: dtype int32 does not hold every value/],
    [
      'an array of strings for a shape',
      () => addon.fromData(data, wrong(['6']), 'float32', 'cpu'),
      /^fromData: shape\[0\] must be a number$/,
    ],
  ])('%s', (_name, call, message) => expectError(call, 'ERR_INVALID_ARGUMENT', message));

  test('a detached array has no values left', () => {
    const array = new Float32Array(4);
    structuredClone(array.buffer, { transfer: [array.buffer] });
    expectError(() => addon.fromData(array, [4], 'float32', 'cpu'), 'ERR_INVALID_ARGUMENT', /data has 0 values/);
  });

  test('a shape that changes the array while it is read cannot make the copy read beyond it', () => {
    const array = new Float32Array(4);
    const shape = [4];
    Object.defineProperty(shape, 0, { get: () => (structuredClone(array.buffer, { transfer: [array.buffer] }), 4) });
    expectError(() => addon.fromData(array, shape, 'float32', 'cpu'), 'ERR_INVALID_ARGUMENT', /data has 0 values/);
  });
});

describe('what LibTorch and the machine refuse', () => {
  test('more memory than there is', () => {
    const error = thrownBy(() => floats(1e13));
    expect(error.code).toBe('ERR_LIBTORCH');
    expect(error.message).toMatch(/^full: LibTorch: .*(memory|allocate)/);
    expect(error.message).not.toMatch(/\n|\.cpp/);
  });

  test('an in-place change of what backward needs', () => {
    const leaf = floats(2);
    leaf.requiresGrad = true;
    expectError(() => ops.add_(leaf, 1), 'ERR_LIBTORCH', /^add_: LibTorch: a leaf Variable that requires grad/);
    const squared = ops.exp(leaf);
    const sum = ops.sum(squared, null, false);
    ops.add_(squared, 1);
    expectError(() => ops.backward(sum, null, false), 'ERR_LIBTORCH', /^backward: LibTorch: .*modified by an inplace operation/);
  });

  test('a gradient on integers, and on results', () => {
    expectError(() => (integers([1]).requiresGrad = true), 'ERR_INVALID_ARGUMENT', /floating dtype can require a gradient, not int64$/);
    const leaf = floats(1);
    leaf.requiresGrad = true;
    expectError(() => (ops.neg(leaf).requiresGrad = false), 'ERR_INVALID_ARGUMENT', /leaf tensors only/);
  });

  test.skipIf(addon.runtimeInfo().cudaDevices > 0)('a CUDA device without CUDA', () => {
    for (const device of ['cuda', 'cuda:1']) {
      expectError(
        () => ops.full([1], 0, 'float32', device),
        'ERR_DEVICE',
        /^full: device 'cuda(:1)?' is not there: LibTorch sees 0 CUDA devices/,
      );
      expectError(() => ops.to(floats(1), null, device), 'ERR_DEVICE', /^to: device/);
    }
  });

  test.runIf(addon.runtimeInfo().cudaDevices > 0)('tensors on different devices', () => {
    expectError(() => ops.add(floats(2), ops.full([2], 1, 'float32', 'cuda')), 'ERR_DEVICE', /^add: the tensors are on different devices/);
  });
});
