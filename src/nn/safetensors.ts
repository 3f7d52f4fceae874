/** Reading and writing safetensors files, tensor by tensor: no file-sized buffer, so a file may be larger than Node can hold in one. */
import { writeStreamAtomic } from '../util/atomic-file.js';
import { BornAgainError } from '../util/errors.js';
import { corrupt, formatHeader, MAX_HEADER_BYTES, parseHeader, type SafetensorsHeader, type TensorPlace } from './safetensors-header.js';
import { FileBytes } from './weights/file-bytes.js';
import { isFloatDType, toFloat32 } from './weights/floats.js';
import { shown, type NamedTensor, type TensorSource } from './weights/source.js';

export type { NamedTensor } from './weights/source.js';

export interface SafetensorsFile {
  readonly tensors: Map<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An open file: its header is read and checked, its tensors are read when asked for. */
export class SafetensorsReader implements TensorSource {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  private readonly places: ReadonlyMap<string, TensorPlace>;

  private constructor(
    private readonly file: FileBytes,
    private readonly header: SafetensorsHeader,
    private readonly dataStart: number,
  ) {
    this.places = new Map(header.tensors.map((place) => [place.name, place]));
    this.shapes = new Map(header.tensors.map(({ name, shape }) => [name, shape]));
  }

  /** Throws ERR_IO when it cannot be read, ERR_SAFETENSORS when it is cut or corrupt. */
  static async open(path: string): Promise<SafetensorsReader> {
    const file = await FileBytes.open(path);
    try {
      const { header, dataStart } = await readHeader(file);
      return new SafetensorsReader(file, header, dataStart);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get path(): string {
    return this.file.path;
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.header.metadata;
  }

  async read(name: string): Promise<NamedTensor> {
    const place = this.places.get(name);
    if (place === undefined) throw new BornAgainError('ERR_CHECKPOINT', `${this.path} has no tensor '${shown(name)}'`, { path: this.path });
    const { dtype, shape, begin, end } = place;
    if (!isFloatDType(dtype)) throw unreadable(this.path, name, dtype);
    const bytes = await this.file.read(this.dataStart + begin, end - begin, (what) => corrupt(this.path, what));
    return { shape, data: toFloat32(bytes, dtype) };
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** A tensor of another kind than weights are: integers, booleans, quantised values. */
export function unreadable(path: string, name: string, dtype: string): BornAgainError {
  return new BornAgainError(
    'ERR_CHECKPOINT',
    `${path}: tensor '${shown(name)}' is ${dtype}; weights are read from F32, F16, BF16 and F64. A quantised model must be saved in one of these: model.dequantize().save_pretrained(...)`,
    { path, tensor: name, dtype },
  );
}

/** Reads every tensor of the file as fp32. Throws as SafetensorsReader does. */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  const reader = await SafetensorsReader.open(path);
  try {
    const tensors = new Map<string, NamedTensor>();
    for (const name of reader.shapes.keys()) tensors.set(name, await reader.read(name));
    return { tensors, metadata: reader.metadata };
  } finally {
    await reader.close();
  }
}

/** A tensor to write, made only when its turn comes. */
export interface LazyTensor {
  readonly name: string;
  readonly shape: readonly number[];
  data(): Float32Array;
}

/** Writes the tensors in the order given, atomically: the file is there whole or as it was. Throws ERR_IO. */
export async function writeLazySafetensors(
  path: string,
  tensors: readonly LazyTensor[],
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Promise<void> {
  const places = tensors.map(({ name, shape }) => ({ name, dtype: 'F32' as const, shape }));
  await writeStreamAtomic(path, async (write) => {
    await write(formatHeader(places, metadata));
    for (const tensor of tensors) {
      const data = tensor.data();
      await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  });
}

/** As `writeLazySafetensors`, of tensors that are there. */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const lazy = [...tensors].map(([name, { shape, data }]) => ({ name, shape, data: () => data }));
  await writeLazySafetensors(path, lazy, metadata);
}

async function readHeader(file: FileBytes): Promise<{ header: SafetensorsHeader; dataStart: number }> {
  const { path, size } = file;
  const fault = (what: string): BornAgainError => corrupt(path, what);
  if (size < 8) throw corrupt(path, `it has only ${size} bytes`);
  const length = Number(new DataView(await file.read(0, 8, fault)).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || 8 + length > size) {
    const pointer = await file.pointerFault();
    if (pointer !== null) throw new BornAgainError('ERR_SAFETENSORS', `${path} is no safetensors file: ${pointer}`, { path });
    throw corrupt(path, `its header claims ${length} bytes, the file has ${size}`);
  }
  const text = new Uint8Array(await file.read(8, length, fault));
  return { header: parseHeader(text, size - 8 - length, path), dataStart: 8 + length };
}
