/**
 * A session's complete state as a safetensors file: parameters under their names, the moments under `firstMoment.` and `secondMoment.`.
 * The metadata hold a checksum of the values, because a flipped bit in a checkpoint would train on without complaint.
 */
import { createHash } from 'node:crypto';
import type { NativeSessionState } from '../native/types.js';
import { readSafetensors, writeSafetensors, type NamedTensor } from '../nn/safetensors.js';
import { BornAgainError } from '../util/errors.js';

type Parameters = readonly { name: string; shape: readonly number[] }[];

const PARTS = { '': 'parameters', 'firstMoment.': 'firstMoments', 'secondMoment.': 'secondMoments' } as const;

export async function writeSessionState(path: string, parameters: Parameters, state: NativeSessionState): Promise<void> {
  const tensors = new Map<string, NamedTensor>();
  for (const [prefix, part] of Object.entries(PARTS)) {
    parameters.forEach(({ name, shape }, i) => tensors.set(prefix + name, { shape, data: state[part][i] as Float32Array }));
  }
  await writeSafetensors(path, tensors, { steps: String(state.steps), sha256: checksum(tensors) });
}

function checksum(tensors: ReadonlyMap<string, NamedTensor>): string {
  const hash = createHash('sha256');
  for (const { data } of tensors.values()) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

/** Throws ERR_SAFETENSORS (cut or corrupt file), ERR_CHECKPOINT (another checksum, missing or extra tensors, other shapes, no step count). */
export async function readSessionState(path: string, parameters: Parameters): Promise<NativeSessionState> {
  const { tensors, metadata } = await readSafetensors(path);
  const refuse = (what: string): never => {
    throw new BornAgainError('ERR_CHECKPOINT', `${path} is not a state of this model: ${what}`, { path });
  };
  if (metadata['sha256'] !== checksum(tensors)) {
    throw new BornAgainError('ERR_CHECKPOINT', `${path} is damaged: its values are not those that were written (checksum)`, { path });
  }
  const steps = Number(metadata['steps'] ?? refuse('it has no step count'));
  if (!Number.isSafeInteger(steps) || steps < 0) refuse(`its step count is '${metadata['steps']}'`);
  const take = (name: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors.get(name) ?? refuse(`'${name}' is missing`);
    if (tensor.shape.join() !== shape.join()) refuse(`'${name}' is [${tensor.shape.join(', ')}], the model needs [${shape.join(', ')}]`);
    tensors.delete(name);
    return tensor.data;
  };
  const part = (prefix: string): Float32Array[] => parameters.map(({ name, shape }) => take(prefix + name, shape));
  const state = { steps, parameters: part(''), firstMoments: part('firstMoment.'), secondMoments: part('secondMoment.') };
  if (tensors.size > 0) refuse(`'${[...tensors.keys()].slice(0, 4).join("', '")}' is not part of it`);
  return state;
}
