/**
 * What holds one engine to another: losses, gradients (a first moment after one step is a tenth of the clipped gradient) and outputs of a step,
 * over shapes that suit no kernel.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import type { Config, SessionRuntime } from '../../src/config/schema.js';
import { readSafetensors } from '../../src/nn/safetensors.js';
import { sha256 } from '../../src/util/hash.js';
import { relativeError } from '../nn/fixture.js';
import { makeBatch, makeRig, type ModelShape, type RandomRig } from './random-model.js';

const open: RandomRig[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const rig of open.splice(0)) await rig.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A random model in a session that is closed after the test. */
export function rigOf(
  shape: ModelShape,
  runtime: Partial<SessionRuntime>,
  dropout = 0.1,
  optimizer: Partial<Config['optimizer']> = {},
): RandomRig {
  const rig = makeRig(shape, dropout, runtime, optimizer);
  open.push(rig);
  return rig;
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bornagain-engines-'));
  folders.push(folder);
  return folder;
}

/** Parameters and moments by name. */
export async function stateOf({ session }: RandomRig): Promise<Map<string, Float32Array>> {
  const folder = await temporaryFolder();
  await session.saveState(join(folder, 'state.safetensors'));
  const { tensors } = await readSafetensors(join(folder, 'state.safetensors'));
  return new Map([...tensors].map(([name, { data }]) => [name, data]));
}

/**
 * SHA-256 of each tensor's bytes by name. vitest compares arrays element by element, which takes it longer than their
 * training did; and where digests differ, it names the tensors.
 */
export function digestsOf(tensors: ReadonlyMap<string, Float32Array>): Record<string, string> {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);
  return Object.fromEntries([...tensors].map(([name, values]) => [name, sha256(bytes(values))]));
}

export interface Run {
  readonly losses: Float32Array;
  readonly norm: number;
  readonly outputs: Float32Array;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

export interface RunOptions {
  readonly microBatches?: number;
  readonly dropout?: number;
}

/** Outputs, and then one step: losses, and gradients as first moments. */
export async function run(
  shape: ModelShape,
  lengths: readonly number[],
  runtime: Partial<SessionRuntime>,
  { microBatches = 1, dropout }: RunOptions = {},
): Promise<Run> {
  const rig = rigOf(shape, { threads: 2, ...runtime }, dropout);
  const batches = Array.from({ length: microBatches }, (_, i) => makeBatch(lengths, 1 + i));
  const outputs = await rig.session.evaluate(batches[0] as (typeof batches)[number]);
  const { losses, gradientNorm } = await rig.session.step(batches, { learningRate: 1e-3 });
  const state = await stateOf(rig);
  return { losses, norm: gradientNorm, outputs, gradients: new Map([...state].filter(([name]) => name.startsWith('firstMoment.'))) };
}

export function expectClose(actual: Run, expected: Run, tolerance: number): void {
  expect(relativeError(actual.losses, expected.losses)).toBeLessThan(tolerance);
  expect(relativeError(actual.outputs, expected.outputs)).toBeLessThan(tolerance);
  expect(Math.abs(actual.norm / expected.norm - 1)).toBeLessThan(tolerance);
  for (const [name, gradient] of expected.gradients) {
    // A key's bias has no gradient but rounding noise: softmax does not see a shift of all scores.
    if (name.endsWith('attention.self.key.bias')) continue;
    const own = actual.gradients.get(name) as Float32Array;
    if (gradient.every((value) => value === 0))
      expect(
        own.every((value) => value === 0),
        name,
      ).toBe(true);
    else expect(relativeError(own, gradient), name).toBeLessThan(tolerance);
  }
}

/** Models and lengths that suit no kernel. */
export const SHAPES: Record<string, [ModelShape, number[]]> = {
  'head size 32': [{ hidden: 64, heads: 2, intermediate: 128, layers: 2 }, [7, 1, 33, 16, 12]],
  'head size 64': [{ hidden: 128, heads: 2, intermediate: 512, layers: 2 }, [40, 3, 17]],
  'odd head and hidden size': [{ hidden: 27, heads: 3, intermediate: 50, layers: 2 }, [5, 9, 1, 31]],
  'hidden size no multiple of 16': [{ hidden: 40, heads: 2, intermediate: 100, layers: 3, activation: 'gelu_new' }, [8, 8, 20]],
  'one token': [{ hidden: 32, heads: 2, intermediate: 64, layers: 1, activation: 'relu' }, [1]],
  'one sequence of 512 tokens': [{ hidden: 32, heads: 2, intermediate: 64, layers: 2, positions: 512 }, [512]],
  '257 sequences': [{ hidden: 32, heads: 2, intermediate: 64, layers: 2 }, Array.from({ length: 257 }, (_, b) => 1 + ((b * 7) % 13))],
};

/** That a session computes with parameters which its modules were given between two of its steps. */
export async function expectLoadedParametersSeen(shape: ModelShape, runtime: Partial<SessionRuntime>): Promise<void> {
  const [changed, fresh] = [rigOf(shape, runtime), rigOf(shape, runtime)];
  const batch = makeBatch([4, 9], 1);
  const initial = fresh.bert.tensors();
  await changed.session.step(batch, { learningRate: 1e-2 });
  changed.bert.load(initial);
  changed.heads.forEach((head, i) => head.load((fresh.heads[i] as typeof head).tensors()));
  expect(await changed.session.evaluate(batch)).toEqual(await fresh.session.evaluate(batch));
}
