/** The list of key paths, made from the JSON Schema, agrees with what the schema really produces. */
import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/load.js';
import { isPlainObject } from '../../src/config/merge.js';
import { configJsonSchema, configKeyPaths, keysBeside, nearestKeyPaths } from '../../src/config/unknown-keys.js';

function pathsOf(value: unknown, prefix = ''): string[] {
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${prefix}${key}`, ...pathsOf(inner, `${prefix}${key}.`)]);
}

it('knows every path of a resolved configuration and no other', () => {
  expect(configKeyPaths().sort()).toEqual(pathsOf(resolveConfig({})).sort());
});

it('names the nearest path, several where they tie', () => {
  expect(nearestKeyPaths('optimiser.clipNorm')).toEqual(['optimizer.clipNorm']);
  const rates = ['single', 'single.grid', 'multi', 'multi.grid'].map((group) => `${group}.learningRate`);
  expect(nearestKeyPaths('learningrate')).toEqual(rates);
  expect(nearestKeyPaths('seed')).toEqual(['seeds']);
  expect(nearestKeyPaths('runtimeshareDir')).toEqual(['runtime.shareDir']);
});

it('names none where none is near, but the keys that stand there', () => {
  expect(nearestKeyPaths('sampling.foo')).toEqual([]);
  expect(keysBeside('sampling.foo')).toEqual(['kind', 'exponent', 'endExponent', 'order']);
  expect(keysBeside('distillation.teachers.foo')).toEqual(['count', 'choose']);
  expect(keysBeside('variants.mine.foo')).toEqual(['arm', 'teachers', 'set']);
  expect(keysBeside('foo')).toEqual(expect.arrayContaining(['tasks', 'customTasks', 'runtime']));
});

it('gives editors a JSON Schema with defaults, meanings and closed objects', () => {
  const schema = configJsonSchema();
  expect(schema).toMatchObject({
    additionalProperties: false,
    properties: { multi: { properties: { epochs: { default: 6, type: 'number', exclusiveMinimum: 0 } } } },
  });
  expect(schema).not.toHaveProperty('required');
});
