/**
 * The header of a safetensors file: 8 bytes of length, then JSON of name to dtype, shape and place. Checked as the format's own reader does
 * (huggingface/safetensors, safetensors/src/tensor.rs): no overlaps, no holes, no byte outside the file.
 */
import { BornAgainError } from '../util/errors.js';
import { elementCount } from '../util/shape.js';
import { FLOAT_BYTES } from './weights/floats.js';
import { shown } from './weights/source.js';
import { parseJson } from '../util/parse-json.js';

/** The format's types of whole bytes. */
export const DTYPE_BYTES = {
  ...FLOAT_BYTES,
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
  ...{ F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, C64: 8 },
} as const;
export type SafetensorsDType = keyof typeof DTYPE_BYTES;

export interface TensorPlace {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** Byte offsets within the data section. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: readonly TensorPlace[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit. */
export const MAX_HEADER_BYTES = 100_000_000;

export function corrupt(path: string, what: string, cause?: unknown): BornAgainError {
  return new BornAgainError(
    'ERR_SAFETENSORS',
    `${path} is no whole safetensors file: ${what}; copy or download it again`,
    { path },
    cause === undefined ? undefined : { cause },
  );
}

/** `dataBytes` is the file's size less the header. Throws ERR_SAFETENSORS. */
export function parseHeader(bytes: Uint8Array, dataBytes: number, path: string): SafetensorsHeader {
  let json: unknown;
  try {
    json = parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw corrupt(path, `its header is not JSON (${shown((cause as Error).message)})`, cause);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw corrupt(path, 'its header is not an object');
  const { __metadata__: metadata = {}, ...entries } = json as Record<string, unknown>;
  const tensors = Object.entries(entries).map(([name, entry]) => parsePlace(name, entry, path));
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const tensor of tensors) {
    if (tensor.begin !== position)
      throw corrupt(path, `tensor '${shown(tensor.name)}' starts at byte ${tensor.begin}, expected ${position}`);
    position = tensor.end;
  }
  if (position !== dataBytes) throw corrupt(path, `its tensors need ${position} bytes of data, the file holds ${dataBytes}`);
  return { tensors, metadata: parseMetadata(metadata, path) };
}

function parseMetadata(metadata: unknown, path: string): Record<string, string> {
  if (
    typeof metadata !== 'object' ||
    metadata === null ||
    Array.isArray(metadata) ||
    Object.values(metadata).some((value) => typeof value !== 'string')
  ) {
    throw corrupt(path, 'its __metadata__ is not a map of strings');
  }
  return metadata as Record<string, string>;
}

function parsePlace(name: string, entry: unknown, path: string): TensorPlace {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype)) {
    throw corrupt(path, `tensor '${shown(name)}' has the unknown dtype ${shown(String(JSON.stringify(dtype)))}`);
  }
  if (!isSizes(shape)) throw corrupt(path, `tensor '${shown(name)}' has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw corrupt(path, `tensor '${shown(name)}' has no valid data_offsets`);
  const [begin = 0, end = 0] = offsets;
  const bytes = elementCount(shape) * DTYPE_BYTES[dtype as SafetensorsDType];
  if (end - begin !== bytes)
    throw corrupt(path, `tensor '${shown(name)}' of shape [${shown(shape.join(', '))}] needs ${bytes} bytes, its place has ${end - begin}`);
  return { name, dtype: dtype as SafetensorsDType, shape, begin, end };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}

/**
 * Header bytes with the length prefix, padded with spaces to a multiple of 8 as the format asks. Tensors are laid out in the order given.
 * @throws BornAgainError ERR_INVALID_ARGUMENT where two have one name, or one that of the metadata
 */
export function formatHeader(
  tensors: readonly { name: string; dtype: SafetensorsDType; shape: readonly number[] }[],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const json: Record<string, unknown> = { __metadata__: metadata };
  let position = 0;
  for (const { name, dtype, shape } of tensors) {
    if (Object.hasOwn(json, name))
      throw new BornAgainError('ERR_INVALID_ARGUMENT', `a safetensors file has one place for '${name}', not two`, { name });
    const end = position + elementCount(shape) * DTYPE_BYTES[dtype];
    json[name] = { dtype, shape, data_offsets: [position, end] };
    position = end;
  }
  const text = Buffer.from(JSON.stringify(json));
  const padded = Math.ceil(text.length / 8) * 8;
  const header = Buffer.alloc(8 + padded, ' ');
  header.writeBigUInt64LE(BigInt(padded), 0);
  text.copy(header, 8);
  return header;
}
