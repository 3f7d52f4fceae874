/** Reading and writing safetensors files, tensor by tensor: no file-sized buffer, so a file may be larger than Node can hold in one. */
import { open, type FileHandle } from 'node:fs/promises';
import { writeStreamAtomic } from '../util/atomic-file.js';
import { BornAgainError } from '../util/errors.js';
import { ioError } from '../util/io-error.js';
import { corrupt, formatHeader, MAX_HEADER_BYTES, parseHeader, type SafetensorsHeader, type TensorPlace } from './safetensors-header.js';

/** A tensor in fp32, the precision models are kept in. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface SafetensorsFile {
  readonly tensors: Map<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads every tensor of the file as fp32. Throws ERR_IO when it cannot be read, ERR_SAFETENSORS when it is cut or corrupt, or holds a dtype other than F32. */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openForReading(path);
  try {
    const { header, dataStart } = await readHeader(file, path);
    const tensors = new Map<string, NamedTensor>();
    for (const place of header.tensors) tensors.set(place.name, await readTensor(file, place, dataStart, path));
    return { tensors, metadata: header.metadata };
  } finally {
    await file.close();
  }
}

/** Writes the tensors in the map's order, atomically: the file is there whole or as it was. Throws ERR_IO. */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Promise<void> {
  const places = [...tensors].map(([name, { shape }]) => ({ name, dtype: 'F32' as const, shape }));
  await writeStreamAtomic(path, async (write) => {
    await write(formatHeader(places, metadata));
    for (const { data } of tensors.values()) await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  });
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw ioError('read', path, cause);
  }
}

async function readHeader(file: FileHandle, path: string): Promise<{ header: SafetensorsHeader; dataStart: number }> {
  const { size } = await file.stat();
  if (size < 8) throw corrupt(path, `it has only ${size} bytes`);
  const length = Number((await readExactly(file, 0, 8, path)).readBigUInt64LE(0));
  if (length > MAX_HEADER_BYTES || 8 + length > size) throw corrupt(path, `its header claims ${length} bytes, the file has ${size}`);
  const text = (await readExactly(file, 8, length, path)).toString('utf8');
  return { header: parseHeader(text, size - 8 - length, path), dataStart: 8 + length };
}

async function readTensor(file: FileHandle, place: TensorPlace, dataStart: number, path: string): Promise<NamedTensor> {
  if (place.dtype !== 'F32') {
    throw new BornAgainError(
      'ERR_SAFETENSORS',
      `${path}: tensor '${place.name}' is ${place.dtype}; only F32 is read. Convert it with model.float().save_pretrained(...)`,
      { path, tensor: place.name },
    );
  }
  const bytes = await readExactly(file, dataStart + place.begin, place.end - place.begin, path);
  return { shape: place.shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) };
}

async function readExactly(file: FileHandle, position: number, length: number, path: string): Promise<Buffer> {
  // An ArrayBuffer of its own: a slice of Node's pool need not be aligned for fp32.
  const buffer = Buffer.from(new ArrayBuffer(length));
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw corrupt(path, `it ended ${length - done} bytes early`);
    done += bytesRead;
  }
  return buffer;
}
