/**
 * What the pickle of a PyTorch file may name, and the tensors it describes: each a view of a storage by offset and strides, in elements
 * (torch/_utils.py, _rebuild_tensor_v2; torch/serialization.py, persistent_load).
 */
import { BornAgainError } from '../../util/errors.js';
import { shown } from './source.js';
import { unpickle, type PickleFunction } from './unpickle.js';

/** Element type as safetensors names it, and its bytes. */
class StorageType {
  constructor(
    readonly dtype: string,
    readonly bytes: number,
  ) {}
}

export class Storage {
  constructor(
    readonly type: StorageType,
    /** Name of its file in the archive, below `data/`. */
    readonly key: string,
    /** Elements. */
    readonly size: number,
  ) {}
}

export class TorchTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const STORAGE_TYPES: Readonly<Record<string, StorageType>> = {
  DoubleStorage: new StorageType('F64', 8),
  FloatStorage: new StorageType('F32', 4),
  HalfStorage: new StorageType('F16', 2),
  BFloat16Storage: new StorageType('BF16', 2),
  LongStorage: new StorageType('I64', 8),
  IntStorage: new StorageType('I32', 4),
  ShortStorage: new StorageType('I16', 2),
  CharStorage: new StorageType('I8', 1),
  ByteStorage: new StorageType('U8', 1),
  BoolStorage: new StorageType('BOOL', 1),
};

export function malformed(path: string, what: string, cause?: unknown): BornAgainError {
  return new BornAgainError(
    'ERR_PYTORCH_FILE',
    `${path} is no whole PyTorch file: ${what}; copy or download it again`,
    { path },
    cause === undefined ? undefined : { cause },
  );
}

/** The tensors of a state dictionary, by name. Runs nothing of the file. Throws ERR_PYTORCH_FILE. */
export function parseStateDictionary(pickle: Uint8Array, path: string): Map<string, TorchTensor> {
  const fault = (what: string): never => {
    throw malformed(path, `in its pickle, ${what}`);
  };
  const forbidden = (name: string): never => {
    throw new BornAgainError(
      'ERR_PYTORCH_FILE',
      `${path} asks for '${name}', which is not needed to read weights and was not run. Save the weights alone: torch.save(model.state_dict(), 'pytorch_model.bin')`,
      { path, name },
    );
  };
  const functions = torchFunctions(fault);
  const root = unpickle(pickle, {
    find: (name) => functions[name] ?? storageType(name),
    persistent: (id) => toStorage(id, fault),
    fault,
    forbidden,
  });
  return toTensors(root, path);
}

function storageType(name: string): StorageType | null {
  const [, own] = /^torch\.(\w+)$/.exec(name) ?? [];
  return own !== undefined && Object.hasOwn(STORAGE_TYPES, own) ? (STORAGE_TYPES[own] ?? null) : null;
}

function torchFunctions(fault: (what: string) => never): Readonly<Record<string, PickleFunction>> {
  const rebuildTensor: PickleFunction = ([storage, offset, shape, strides]) => {
    const whole = storage instanceof Storage && isSizes([offset]) && isSizes(shape) && isSizes(strides) && shape.length === strides.length;
    return whole
      ? new TorchTensor(storage, offset as number, shape, strides)
      : fault('a tensor is not described by storage, shape and strides');
  };
  return Object.assign(Object.create(null) as Record<string, PickleFunction>, {
    'collections.OrderedDict': ([items = []]: readonly unknown[]) => toMap(items, fault),
    'torch._utils._rebuild_tensor': rebuildTensor,
    'torch._utils._rebuild_tensor_v2': rebuildTensor,
    'torch._utils._rebuild_parameter': ([tensor]: readonly unknown[]) => tensor,
  });
}

function toMap(items: unknown, fault: (what: string) => never): Map<unknown, unknown> {
  if (!Array.isArray(items) || !items.every((item) => Array.isArray(item) && item.length === 2)) return fault('a dictionary has no pairs');
  return new Map(items as [unknown, unknown][]);
}

/** `('storage', torch.FloatStorage, key, device, elements)`. */
function toStorage(id: unknown, fault: (what: string) => never): Storage {
  const [tag, type, key, , size] = (Array.isArray(id) ? id : []) as unknown[];
  if (tag === 'storage' && type instanceof StorageType && typeof key === 'string' && isSizes([size])) {
    return new Storage(type, key, size as number);
  }
  return fault('a storage is not described by type, key and size');
}

function toTensors(root: unknown, path: string): Map<string, TorchTensor> {
  const refuse = (what: string): never => {
    const fix = "Save the weights alone: torch.save(model.state_dict(), 'pytorch_model.bin')";
    throw new BornAgainError('ERR_PYTORCH_FILE', `${path} is no state dictionary: ${what}. ${fix}`, { path });
  };
  if (!(root instanceof Map)) return refuse(`it holds ${describe(root)}, not a dictionary of tensors`);
  for (const [name, value] of root as Map<unknown, unknown>) {
    if (typeof name !== 'string') refuse(`a key is ${describe(name)}, not a tensor's name`);
    if (!(value instanceof TorchTensor)) refuse(`'${shown(String(name))}' is ${describe(value)}, not a tensor`);
  }
  return root as Map<string, TorchTensor>;
}

function describe(value: unknown): string {
  if (value === null) return 'None';
  if (value instanceof Map) return 'a dictionary';
  if (value instanceof TorchTensor) return 'a tensor';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}
