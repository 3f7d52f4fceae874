/**
 * The addon's keys, the typed surface and the fixtures say the same. The records below cannot miss a key of their interface or name one too
 * many without a type error; the tests compare them with what is loaded.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadAddon } from '../../src/native/load.js';
import type { NativeOps } from '../../src/native/ops.js';
import { packageRoot } from '../../src/native/paths.js';
import type { NativeAddon, NativeTensor } from '../../src/native/types.js';
import { cases } from '../tensor/fixtures.js';

const ADDON: Record<keyof NativeAddon, 'function' | 'object'> = {
  ops: 'object',
  setErrorClass: 'function',
  runtimeInfo: 'function',
  flashRefusals: 'function',
  memory: 'function',
  fromData: 'function',
  toData: 'function',
  setGradEnabled: 'function',
  Bert: 'function',
  Head: 'function',
  AdamW: 'function',
  Session: 'function',
  dropoutMask: 'function',
  gemmRate: 'function',
};

const TENSOR: Record<keyof NativeTensor, true> = {
  dtype: true,
  shape: true,
  device: true,
  disposed: true,
  requiresGrad: true,
  dispose: true,
};

// Operations whose values are checked elsewhere: test/tensor/creation.test.ts and autograd.test.ts.
const WITHOUT_FIXTURES: readonly (keyof NativeOps)[] = [
  'full',
  'arange',
  'randn',
  'to',
  'clone',
  'detach',
  'item',
  'backward',
  'grad',
  'zeroGrad',
];

const addon = loadAddon();

/** `name(parameters)` of each operation in the TypeScript interface. */
function typedSignatures(): string[] {
  const source = readFileSync(path.join(packageRoot, 'src/native/ops.ts'), 'utf8');
  const body = source.slice(source.indexOf('interface NativeOps'));
  return [...body.matchAll(/^ {2}(\w+)\(([^)]*)\):/gm)].map(([, name, parameters = '']) => {
    const names = parameters.split(',').map((parameter) => parameter.split(':')[0]?.trim());
    return `${name}(${names.filter(Boolean).join(', ')})`;
  });
}

/** The signatures of the C++ registrations. */
function nativeSignatures(): string[] {
  const folder = path.join(packageRoot, 'native');
  const sources = readdirSync(folder).filter((file) => /^ops_\w+\.cc$/.test(file));
  return sources.flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(/ops,\s+"(\w+\([^"]*\))"/g)].map(([, text]) => text as string),
  );
}

test('the addon has exactly the typed keys', () => {
  const kinds = Object.fromEntries(Object.entries(addon).map(([key, value]) => [key, typeof value]));
  expect(kinds).toEqual(ADDON);
});

test('a handle has exactly the typed properties', () => {
  const handle = addon.ops.full([1], 0, 'float32', 'cpu');
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(handle)).filter((name) => name !== 'constructor');
  expect(names.sort()).toEqual(Object.keys(TENSOR).sort());
  handle.dispose();
});

test('the operations are those of the interface, parameter by parameter', () => {
  expect(typedSignatures().sort()).toEqual(nativeSignatures().sort());
  expect(Object.keys(addon.ops).sort()).toEqual(
    typedSignatures()
      .map((signature) => signature.slice(0, signature.indexOf('(')))
      .sort(),
  );
});

test('every operation has values from PyTorch, or is named as checked elsewhere', () => {
  const covered = new Set<string>([...cases.map(({ op }) => op), ...WITHOUT_FIXTURES]);
  expect([...covered].sort()).toEqual(Object.keys(addon.ops).sort());
});
