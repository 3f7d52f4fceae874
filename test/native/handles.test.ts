/** A handle proves what it is before native code looks inside: disposed handles and foreign objects are errors, never a crash. */
import { describe, expect, test } from 'vitest';
import type { NativeTensor } from '../../src/native/types.js';
import { addon, expectError, floats, ops, thrownBy, wrong } from './support.js';

describe('disposed handles', () => {
  const names = Object.keys(ops).filter((name) => !['full', 'arange', 'randn', 'cat', 'stack'].includes(name)) as (keyof typeof ops)[];

  // The first argument is converted first, so the others need not be right, only as many.
  test.each(names)('%s', (name) => {
    const handle = floats(2, 2);
    handle.dispose();
    const call = Reflect.get(ops, name) as (...values: unknown[]) => unknown;
    for (let count = 1; count <= 5; count += 1) {
      const error = thrownBy(() => call(handle, ...Array<number>(count - 1).fill(0)));
      if (error.code === 'ERR_DISPOSED') return;
      expect(error.message).toMatch(/takes \d arguments/);
    }
    throw new Error(`${name} took a disposed handle`);
  });

  test('in lists, as later arguments, and on the handle itself', () => {
    const handle = floats(2);
    handle.dispose();
    handle.dispose();
    expect(handle.disposed).toBe(true);
    expectError(() => ops.stack([floats(2), handle], 0), 'ERR_DISPOSED', /^stack: tensors\[1\] was disposed$/);
    expectError(() => ops.add(floats(2), handle), 'ERR_DISPOSED', /^add: other was disposed$/);
    expectError(() => addon.toData(handle), 'ERR_DISPOSED', /^toData: tensor was disposed$/);
    for (const property of ['dtype', 'shape', 'device', 'requiresGrad'] as const) {
      expectError(() => handle[property], 'ERR_DISPOSED', /was disposed$/);
    }
    expectError(() => (handle.requiresGrad = true), 'ERR_DISPOSED', /was disposed$/);
  });

  test('a handle disposed while the arguments are read is alive to the end of the call', () => {
    const handle = addon.fromData(Float32Array.of(1, 2), [2], 'float32', 'cpu');
    const dims = [0];
    Object.defineProperty(dims, 0, { get: () => (handle.dispose(), 0) });
    expect(addon.toData(ops.sum(handle, dims, false))).toEqual(Float32Array.of(3));
    expect(handle.disposed).toBe(true);
  });
});

describe('foreign objects', () => {
  const head = new addon.Head({ task: 'a', kind: 'classification', outputs: 2, activation: 'linear', dropout: 0 }, 4, 'cpu', 'float32');
  const copies: [string, unknown][] = [
    ['null', null],
    ['a plain object', {}],
    ['a look-alike', { dtype: 'float32', shape: [1], device: 'cpu', dispose: () => undefined }],
    ['an heir of a handle', Object.create(floats(1)) as unknown],
    ['a proxy of a handle', new Proxy(floats(1), {})],
    ["another class's handle", head],
    ['the prototype', Object.getPrototypeOf(floats(1))],
  ];

  test.each(copies)('%s is no tensor', (_name, value) => {
    expectError(() => ops.neg(wrong(value)), 'ERR_INVALID_ARGUMENT', /^neg: self must be a tensor$/);
    expectError(() => addon.toData(wrong(value)), 'ERR_INVALID_ARGUMENT', /^toData: tensor must be a tensor$/);
  });

  test.each(['dtype', 'shape', 'device', 'disposed', 'requiresGrad'])('the getter of %s proves its receiver', (name) => {
    const property = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(floats(1)), name);
    for (const [, value] of copies) expectError(() => property?.get?.call(value) as unknown, 'ERR_INVALID_ARGUMENT', /must be a tensor$/);
  });

  test('dispose refuses a receiver of another class', () => {
    const dispose = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(floats(1)), 'dispose')?.value as () => void;
    for (const [, value] of copies) expect(() => dispose.call(value)).toThrow(TypeError);
  });

  test('the class makes no handles for JavaScript', () => {
    const handle = floats(1) as NativeTensor & { constructor: new (...values: unknown[]) => unknown };
    expectError(() => new handle.constructor(handle), 'ERR_INVALID_ARGUMENT', /made by the addon's functions/);
  });
});
