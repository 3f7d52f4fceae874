/**
 * pytorch_model.bin: a zip (stored, maybe zip64) of `<name>/data.pkl` and one file per storage. Read by position, so that a file may be
 * larger than memory has room for; what the pickle may ask for is in torch-tensors.ts.
 */
import { fromRandomAccessReaderPromise, type Entry, RandomAccessReader, type ZipFile } from 'yauzl';
import { Readable } from 'node:stream';
import { BornAgainError } from '../../util/errors.js';
import { elementCount } from '../../util/shape.js';
import { unreadable } from '../safetensors.js';
import { FileBytes } from './file-bytes.js';
import { isFloatDType, toFloat32 } from './floats.js';
import { shown, type NamedTensor, type TensorSource } from './source.js';
import { gather, isContiguous, span } from './strides.js';
import { malformed, parseStateDictionary, type Storage, type TorchTensor } from './torch-tensors.js';

/** A BERT's pickle has some 100 bytes for each tensor. */
const MAX_PICKLE_BYTES = 64 * 2 ** 20;

const ZIP_SIGNATURE = 0x504b0304;
/** The format before PyTorch 1.6 is a row of pickles, the first of which is this number (torch/serialization.py, MAGIC_NUMBER). */
const OLD_FORMAT = Buffer.from('6cfc9c46f9206aa85019', 'hex');

/** An open file: its tensors' places are known and checked, their values are read when asked for. */
export class TorchArchive implements TensorSource {
  readonly shapes: ReadonlyMap<string, readonly number[]>;

  private constructor(
    private readonly file: FileBytes,
    private readonly tensors: ReadonlyMap<string, TorchTensor>,
    private readonly storages: ReadonlyMap<string, number>,
  ) {
    this.shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  }

  /** Throws ERR_IO when it cannot be read, ERR_PYTORCH_FILE when it is cut, corrupt, of the old format, or more than a dictionary of tensors. */
  static async open(path: string): Promise<TorchArchive> {
    const file = await FileBytes.open(path);
    try {
      await requireZip(file);
      const entries = await readEntries(file);
      const pickle = await entryBytes(file, onlyPickle(entries, path));
      const tensors = parseStateDictionary(pickle, path);
      const root = onlyPickle(entries, path).name.slice(0, -'data.pkl'.length);
      await requireLittleEndian(file, entries.get(`${root}byteorder`));
      return new TorchArchive(file, tensors, placeStorages(tensors, entries, root, file));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get path(): string {
    return this.file.path;
  }

  async read(name: string): Promise<NamedTensor> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined)
      throw new BornAgainError('ERR_CHECKPOINT', `${this.path} has no tensor '${shown(name)}'`, { path: this.path });
    const { storage, offset, shape, strides } = tensor;
    const { dtype, bytes } = storage.type;
    if (!isFloatDType(dtype)) throw unreadable(this.path, name, dtype);
    const start = (this.storages.get(storage.key) ?? 0) + offset * bytes;
    const buffer = await this.file.read(start, span(shape, strides) * bytes, (what) => malformed(this.path, what));
    const values = toFloat32(buffer, dtype);
    return { shape, data: isContiguous(shape, strides) ? values : gather(values, shape, strides) };
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

interface ZipEntry {
  readonly name: string;
  readonly start: number;
  readonly size: number;
}

async function requireZip(file: FileBytes): Promise<void> {
  const { path, size } = file;
  const bytes = Buffer.from(await file.read(0, Math.min(size, 40), (what) => malformed(path, what)));
  if (size >= 4 && bytes.readUInt32BE(0) === ZIP_SIGNATURE) return;
  const refuse = (what: string): never => {
    throw new BornAgainError('ERR_PYTORCH_FILE', `${path} ${what}`, { path });
  };
  if (bytes.includes(OLD_FORMAT)) {
    refuse(
      `is in PyTorch's format from before version 1.6, which is not read. Save it anew: python -c "import torch; f = '${path}'; torch.save(torch.load(f, map_location='cpu', weights_only=True), f)"`,
    );
  }
  const pointer = await file.pointerFault();
  refuse(`is no PyTorch file: ${pointer ?? 'it does not begin as a zip; copy or download it again, or save the model with safetensors'}`);
}

/** yauzl's view of the file. Only the directory and local headers go through it. */
class ZipReader extends RandomAccessReader {
  constructor(private readonly file: FileBytes) {
    super();
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const read = async function* (file: FileBytes): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(await file.read(start, end - start, (what) => malformed(file.path, what)));
    };
    return Readable.from(read(this.file));
  }
}

async function readEntries(file: FileBytes): Promise<ReadonlyMap<string, ZipEntry>> {
  const entries = new Map<string, ZipEntry>();
  try {
    const options = { lazyEntries: true, autoClose: false };
    const zip = await fromRandomAccessReaderPromise(new ZipReader(file), file.size, options);
    for await (const entry of zip.eachEntry()) {
      if (entries.has(entry.fileName)) throw malformed(file.path, `it holds '${shown(entry.fileName)}' twice`);
      entries.set(entry.fileName, await place(zip, entry, file));
    }
  } catch (error) {
    if (error instanceof BornAgainError) throw error;
    throw malformed(file.path, `its zip directory is damaged (${shown((error as Error).message)})`, error);
  }
  return entries;
}

async function place(zip: ZipFile, entry: Entry, { path, size }: FileBytes): Promise<ZipEntry> {
  const name = entry.fileName;
  if (entry.compressionMethod !== 0 || entry.isEncrypted()) {
    throw malformed(path, `'${shown(name)}' is compressed or encrypted, which torch.save does not do`);
  }
  const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  if (start + entry.uncompressedSize > size) throw malformed(path, `'${shown(name)}' reaches beyond the file's end`);
  return { name, start, size: entry.uncompressedSize };
}

function onlyPickle(entries: ReadonlyMap<string, ZipEntry>, path: string): ZipEntry {
  const found = [...entries.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = found;
  if (pickle === undefined || found.length > 1)
    throw malformed(path, `it has ${found.length} entries 'data.pkl', a file of torch.save has one`);
  if (pickle.size > MAX_PICKLE_BYTES) throw malformed(path, `its 'data.pkl' has ${pickle.size} bytes, more than any model needs`);
  return pickle;
}

async function entryBytes(file: FileBytes, entry: ZipEntry): Promise<Uint8Array> {
  return new Uint8Array(await file.read(entry.start, entry.size, (what) => malformed(file.path, what)));
}

/** Files from before PyTorch 2.1 say nothing: those machines were little-endian but for rare ones. */
async function requireLittleEndian(file: FileBytes, entry: ZipEntry | undefined): Promise<void> {
  if (entry === undefined) return;
  const order = Buffer.from(await entryBytes(file, { ...entry, size: Math.min(entry.size, 16) })).toString('latin1');
  if (order === 'little') return;
  const message = `${file.path} was saved on a machine of byte order '${order}', only 'little' is read. Save it with safetensors there`;
  throw new BornAgainError('ERR_PYTORCH_FILE', message, { path: file.path });
}

/** Byte positions of the storages; every tensor lies within its own. */
function placeStorages(
  tensors: ReadonlyMap<string, TorchTensor>,
  entries: ReadonlyMap<string, ZipEntry>,
  root: string,
  { path, size: fileBytes }: FileBytes,
): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  for (const [name, { storage, offset, shape, strides }] of tensors) {
    const entry = entries.get(`${root}data/${storage.key}`);
    if (entry === undefined) throw malformed(path, `the storage '${shown(storage.key)}' of '${shown(name)}' is not in it`);
    // Strides of 0 repeat elements: without a bound, a few bytes could claim any number of them.
    const elements = elementCount(shape);
    if (!(elements <= fileBytes)) {
      throw malformed(path, `'${shown(name)}' is [${shown(shape.join(', '))}], more elements than the file has bytes`);
    }
    const end = offset + span(shape, strides);
    if (!(end <= elementsOf(storage, entry))) {
      throw malformed(
        path,
        `'${shown(name)}' needs ${end} elements of storage '${shown(storage.key)}', which has ${elementsOf(storage, entry)}`,
      );
    }
    starts.set(storage.key, entry.start);
  }
  return starts;
}

function elementsOf({ size, type }: Storage, entry: ZipEntry): number {
  return Math.min(size, Math.floor(entry.size / type.bytes));
}
