/** Access to test/fixtures/bert, made by make_bert.py with PyTorch and Transformers. */
import { fileURLToPath } from 'node:url';
import type { PackedTokens } from '../../src/native/types.js';
import { readSafetensors, type NamedTensor } from '../../src/nn/safetensors.js';

export const BERT_FIXTURE = fileURLToPath(new URL('../fixtures/bert/', import.meta.url));
export const BERT_FIXTURE_MODEL = `${BERT_FIXTURE}model`;

export type Tensors = ReadonlyMap<string, NamedTensor>;

export async function readFixture(name: string): Promise<Tensors> {
  return (await readSafetensors(`${BERT_FIXTURE}${name}.safetensors`)).tensors;
}

export function values(tensors: Tensors, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the fixture has no ${name}; make it again with make_bert.py`);
  return tensor.data;
}

export function packedTokens(tensors: Tensors, prefix = ''): PackedTokens {
  return {
    tokenIds: Int32Array.from(values(tensors, `${prefix}tokenIds`)),
    typeIds: Uint8Array.from(values(tensors, `${prefix}typeIds`)),
    offsets: Int32Array.from(values(tensors, `${prefix}offsets`)),
  };
}

/** The Euclidean norm of the difference over that of the expected values. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += ((actual[i] as number) - (expected[i] as number)) ** 2;
    norm += (expected[i] as number) ** 2;
  }
  return Math.sqrt(difference / norm);
}
