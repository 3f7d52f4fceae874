/**
 * A session's complete state as a safetensors file: parameters under their names, the moments under `firstMoment.` and `secondMoment.`.
 * The metadata hold a checksum of the values, because a flipped bit in a checkpoint would train on without complaint.
 */
import type { NativeSessionState } from '../native/types.js';
import { readSafetensors, writeSafetensors, type NamedTensor } from '../nn/safetensors.js';
import { BornAgainError } from '../util/errors.js';
import { checksum } from './checksum.js';

/** What a checkpoint says besides the state. */
export type Notes = Readonly<Record<string, string>>;
type Parameters = readonly { name: string; shape: readonly number[] }[];

const PARTS = { '': 'parameters', 'firstMoment.': 'firstMoments', 'secondMoment.': 'secondMoments' } as const;

/** Entries of the metadata that say what the file holds. */
const OWN_NAMES = ['steps', 'sha256'];

/**
 * A copy, which nobody changes until it is written.
 * @throws BornAgainError ERR_INVALID_ARGUMENT for a name of the file's own, or a value that is no string (JavaScript): it would be read back
 *   as something else, and the checksum with it
 */
export function checkedNotes(notes: Notes): Notes {
  const refuse = (name: string, fault: string): never => {
    throw new BornAgainError('ERR_INVALID_ARGUMENT', `note '${name}' of a checkpoint: ${fault}`, { name });
  };
  for (const [name, value] of Object.entries(notes) as [string, unknown][]) {
    if (OWN_NAMES.includes(name)) refuse(name, `names of the file's own are ${OWN_NAMES.join(' and ')}; choose another`);
    if (typeof value !== 'string') refuse(name, `its value must be a string, not ${String(value)}`);
  }
  return { ...notes };
}

/** @param notes further entries of the file's metadata (`checkedNotes`), read back with the state; the checksum covers them */
export async function writeSessionState(path: string, parameters: Parameters, state: NativeSessionState, notes: Notes = {}): Promise<void> {
  const tensors = new Map<string, NamedTensor>();
  for (const [prefix, part] of Object.entries(PARTS)) {
    parameters.forEach(({ name, shape }, i) => tensors.set(prefix + name, { shape, data: state[part][i] as Float32Array }));
  }
  await writeSafetensors(path, tensors, { ...notes, steps: String(state.steps), sha256: await checksum(tensors, notes) });
}

/** The parameters alone. */
export async function writeParameters(path: string, parameters: Parameters, state: NativeSessionState): Promise<void> {
  const tensors = new Map(parameters.map(({ name, shape }, i) => [name, { shape, data: state.parameters[i] as Float32Array }]));
  await writeSafetensors(path, tensors, { steps: String(state.steps), sha256: await checksum(tensors, {}) });
}

/** Throws ERR_SAFETENSORS (cut or corrupt file), ERR_CHECKPOINT (another checksum, missing or extra tensors, other shapes, no step count). */
export async function readSessionState(path: string, parameters: Parameters): Promise<{ state: NativeSessionState; notes: Notes }> {
  const { steps, notes, take, end } = await openState(path);
  const part = (prefix: string): Float32Array[] => parameters.map(({ name, shape }) => take(prefix + name, shape));
  const state = { steps, parameters: part(''), firstMoments: part('firstMoment.'), secondMoments: part('secondMoment.') };
  end();
  return { state, notes };
}

/** What `writeParameters` wrote. Throws as `readSessionState` does. */
export async function readParameters(path: string, parameters: Parameters): Promise<Float32Array[]> {
  const { take, end } = await openState(path);
  const values = parameters.map(({ name, shape }) => take(name, shape));
  end();
  return values;
}

interface OpenState {
  readonly steps: number;
  readonly notes: Notes;
  readonly take: (name: string, shape: readonly number[]) => Float32Array;
  /** Throws when tensors are left that nobody took. */
  readonly end: () => void;
}

async function openState(path: string): Promise<OpenState> {
  const { tensors, metadata } = await readSafetensors(path);
  const { steps: written, sha256, ...notes } = metadata;
  const refuse = (what: string): never => {
    throw new BornAgainError('ERR_CHECKPOINT', `${path} is not a state of this model: ${what}`, { path });
  };
  if (sha256 !== (await checksum(tensors, notes))) {
    throw new BornAgainError('ERR_CHECKPOINT', `${path} is damaged: its values are not those that were written (checksum)`, { path });
  }
  const steps = Number(written ?? refuse('it has no step count'));
  if (!Number.isSafeInteger(steps) || steps < 0) refuse(`its step count is '${written}'`);
  return {
    steps,
    notes,
    take: (name, shape) => {
      const tensor = tensors.get(name) ?? refuse(`'${name}' is missing`);
      if (tensor.shape.join() !== shape.join()) refuse(`'${name}' is [${tensor.shape.join(', ')}], the model needs [${shape.join(', ')}]`);
      tensors.delete(name);
      return tensor.data;
    },
    end: () => {
      if (tensors.size > 0) refuse(`'${[...tensors.keys()].slice(0, 4).join("', '")}' is not part of it`);
    },
  };
}
