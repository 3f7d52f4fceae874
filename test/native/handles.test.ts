/** A handle proves what it is before native code looks inside: disposed handles and foreign objects are errors, never a crash. */
import { describe, expect, test } from 'vitest';
import type { NativeBert, NativeTensor } from '../../src/native/types.js';
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

describe('modules and sessions that go while the arguments of a call are read', () => {
  const BERT = {
    vocabSize: 8,
    hiddenSize: 16,
    layers: 1,
    heads: 1,
    intermediateSize: 16,
    maxPositions: 8,
    typeVocabSize: 2,
    layerNormEpsilon: 1e-12,
    activation: 'gelu',
    hiddenDropout: 0,
    attentionDropout: 0,
  } as const;
  const HEAD = { task: 'a', kind: 'classification', outputs: 2, activation: 'linear', dropout: 0 } as const;
  const tokens = { tokenIds: Int32Array.of(1, 2), typeIds: Uint8Array.of(0, 0), offsets: Int32Array.of(0, 2) };
  const batch = { ...tokens, taskIds: Uint8Array.of(0), targets: Float32Array.of(1, 0), weights: Float32Array.of(1) };
  const newBert = (): NativeBert => new addon.Bert(BERT, 'cpu', 'float32');

  /** `target`, of which reading `key` also does something. */
  const reading = <T extends object>(target: T, key: keyof T, also: () => void): T =>
    Object.defineProperty({ ...target }, key, { get: () => (also(), target[key]) });

  test('an encoder', () => {
    const bert = newBert();
    const disposing = reading(tokens, 'tokenIds', () => bert.dispose());
    expectError(() => bert.forward(disposing, null), 'ERR_DISPOSED', /^the module was disposed$/);
    const named = newBert();
    const name = { toString: () => (named.dispose(), 'bert.pooler.dense.weight') };
    expectError(() => named.parameter(wrong(name)), 'ERR_DISPOSED', /^the module was disposed$/);
  });

  test('a head, and the tensor it is given', () => {
    const head = new addon.Head(HEAD, 4, 'cpu', 'float32');
    const dropout = reading({ seed: 1, step: 1 }, 'seed', () => head.dispose());
    expectError(() => head.forward(floats(1, 4), dropout, Int32Array.of(0)), 'ERR_DISPOSED', /^the module was disposed$/);
    const other = new addon.Head(HEAD, 4, 'cpu', 'float32');
    const pooled = floats(1, 4);
    const losing = reading({ seed: 1, step: 1 }, 'seed', () => pooled.dispose());
    expectError(() => other.forward(pooled, losing, Int32Array.of(0)), 'ERR_DISPOSED', /^pooled was disposed$/);
  });

  test('a session that is closed, and one whose encoder another session has taken', async () => {
    const bert = newBert();
    const head = new addon.Head(HEAD, 16, 'cpu', 'float32');
    const parameterOptions = [...bert.parameterNames(), ...head.parameterNames()].map(() => ({ learningRateScale: 1, weightDecay: 0 }));
    const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: true, clipNorm: 1 };
    const runtime = { engine: 'plain', precision: 'fp32', products: 'auto', firstTokensOnly: true, threads: 1 } as const;
    const options = { encoder: bert, heads: [head], optimizer, parameterOptions, dropoutSeed: 1, ...runtime };
    const [first, second] = [new addon.Session(options), new addon.Session(options)];
    let taken: Promise<unknown> = Promise.resolve();
    const taking = reading(batch, 'tokenIds', () => void (taken = first.step(batch, 1e-3)));
    await expect(second.step(taking, 1e-3)).rejects.toMatchObject({ code: 'ERR_MODULE_BUSY' });
    await taken;
    const closing = reading(batch, 'tokenIds', () => void second.close());
    await expect(second.step(closing, 1e-3)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' });
    await first.close();
  });
});

describe('foreign objects', () => {
  const config = { task: 'a', kind: 'classification', outputs: 2, activation: 'linear', dropout: 0 } as const;
  const tensor = floats(1);
  const head = new addon.Head(config, 4, 'cpu', 'float32');
  const foreign: [string, unknown][] = [
    ['null', null],
    ['a plain object', {}],
    ['a look-alike', { dtype: 'float32', shape: [1], device: 'cpu', dispose: () => undefined }],
    ['an heir of a handle', Object.create(tensor) as unknown],
    ['a proxy of a handle', new Proxy(tensor, {})],
    ["another class's handle", head],
    ['the prototype', Object.getPrototypeOf(tensor)],
  ];

  test.each(foreign)('%s is no tensor', (_name, value) => {
    expectError(() => ops.neg(wrong(value)), 'ERR_INVALID_ARGUMENT', /^neg: self must be a tensor$/);
    expectError(() => addon.toData(wrong(value)), 'ERR_INVALID_ARGUMENT', /^toData: tensor must be a tensor$/);
  });

  // Taken from the prototype and called on something else, a member must not take that for one of its own.
  const classes = {
    Tensor: (tensor as object).constructor,
    Bert: addon.Bert,
    Head: addon.Head,
    AdamW: addon.AdamW,
    Session: addon.Session,
  };
  const members = Object.entries(classes).flatMap(([name, { prototype }]) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype as object))
      .filter(([key]) => key !== 'constructor')
      .map(([key, property]) => [`${name}.${key}`, name, property] as const),
  );

  test.each(members)('%s proves its receiver', (_title, name, property) => {
    for (const value of [...foreign.map(([, each]) => each), ...(name === 'Tensor' ? [] : [tensor])]) {
      if (value === head && name === 'Head') continue;
      const { get, value: method } = property as { get?: () => unknown; value?: () => unknown };
      if (get) expectError(() => get.call(value), 'ERR_INVALID_ARGUMENT', /^the receiver must be a /);
      else expect(() => method?.call(value)).toThrow(TypeError);
    }
  });

  test('the class makes no handles for JavaScript', () => {
    const handle = floats(1) as NativeTensor & { constructor: new (...values: unknown[]) => unknown };
    expectError(() => new handle.constructor(handle), 'ERR_INVALID_ARGUMENT', /made by the addon's functions/);
  });
});
