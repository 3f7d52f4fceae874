/**
 * Arrow IPC files that can be trusted: written atomically, and compared byte for byte with their own SHA-256 before anything in them is
 * decoded (Arrow has no checksum of its own). Metadata may be known only when the last row is written: in the file format it stands in
 * the footer, at the end, so counts can go there.
 */
import { constants } from 'node:buffer';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { AsyncByteQueue, RecordBatchFileWriter, RecordBatchReader, Schema } from 'apache-arrow';
import type { RecordBatch, TypeMap } from 'apache-arrow';
import { writeStreamAtomic } from '../util/atomic-file.js';
import { BornAgainError } from '../util/errors.js';
import { sha256, sha256File } from '../util/hash.js';
import { attemptIo } from '../util/io-error.js';

const CHECKSUM = 'checksum';
/** The checksum is part of the bytes it covers, so it is taken with these in its place. */
const BLANK = `sha256:${'0'.repeat(64)}`;
const CHECKSUM_PATTERN = /sha256:[0-9a-f]{64}/g;

const MAGIC = 'ARROW1';
/** Behind the footer: its length as int32, then the magic. */
const TRAILER_BYTES = 4 + MAGIC.length;
/** Between the last batch and the footer. */
const END_OF_STREAM_BYTES = 8;
/** Of one read; the system's own limit is two GiB. */
const READ_BYTES = 1 << 30;

/**
 * Writes the batches as one file. Each batch is on its way to the disk before the next is asked for: memory does not grow.
 * @param metadata asked once, after the last batch; stored with the schema
 * @throws BornAgainError ERR_IO; what `batches` throws passes through, and the old file stays
 */
export async function writeArrowFile<T extends TypeMap>(
  path: string,
  schema: Schema<T>,
  batches: AsyncIterable<RecordBatch<T>> | Iterable<RecordBatch<T>>,
  metadata: () => Readonly<Record<string, string>>,
): Promise<void> {
  await writeStreamAtomic(path, async (write) => {
    const writer = new ChecksummedWriter(schema, metadata);
    for await (const batch of batches) {
      writer.write(batch);
      for (const chunk of writer.bytes.take()) await write(chunk);
    }
    writer.close();
    for (const chunk of writer.bytes.take()) await write(chunk);
  });
}

export interface ArrowFile<T extends TypeMap> {
  readonly metadata: ReadonlyMap<string, string>;
  /** Nothing of the rows is in memory until the first is asked for; then all are, as views of one copy of the file. */
  readonly batches: AsyncIterable<RecordBatch<T>>;
}

/**
 * Opens a file that writeArrowFile wrote, for the time of `use`.
 * @throws BornAgainError ERR_CACHE when the file is cut short, altered or none of ours; ERR_IO when it cannot be read; ERR_DATA_FORMAT when
 *   its rows are more than can be held at once: made again, it would be no smaller
 */
export async function readArrowFile<T extends TypeMap, R>(path: string, use: (file: ArrowFile<T>) => Promise<R>): Promise<R> {
  const handle = await attemptIo('read', path, () => open(path, 'r'));
  try {
    const metadata = await attemptIo('read', path, () => readMetadata(path, handle));
    return await use({ metadata, batches: readBatches<T>(path, handle) });
  } finally {
    await handle.close();
  }
}

async function readMetadata(path: string, handle: FileHandle): Promise<ReadonlyMap<string, string>> {
  await verify(path, handle);
  const reader = await RecordBatchReader.from(handle);
  await reader.open();
  return reader.schema.metadata;
}

/** From memory: Arrow's reader of an open file waits for the disk several times for each batch, most of the time that a start takes. */
async function* readBatches<T extends TypeMap>(path: string, handle: FileHandle): AsyncGenerator<RecordBatch<T>> {
  yield* RecordBatchReader.from<T>(await attemptIo('read', path, () => readWhole(path, handle)));
}

async function readWhole(path: string, handle: FileHandle): Promise<Uint8Array> {
  const { size } = await handle.stat();
  if (size > constants.MAX_LENGTH) {
    throw new BornAgainError(
      'ERR_DATA_FORMAT',
      `${path} has ${size} bytes, and at most ${constants.MAX_LENGTH} can be held at once; split the data file`,
      { path },
    );
  }
  const bytes = Buffer.allocUnsafeSlow(size);
  for (let done = 0; done < size;) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(size - done, READ_BYTES), done);
    if (bytesRead === 0) throw damaged(path, `it ended after ${done} of its ${size} bytes`);
    done += bytesRead;
  }
  return bytes;
}

/** The writer's bytes, collected until taken. */
class ByteCollector extends AsyncByteQueue {
  private chunks: Uint8Array[] = [];
  private readonly hash = createHash('sha256');

  override write(value: Uint8Array): void {
    this.chunks.push(value);
    this.hash.update(value);
  }

  take(): Uint8Array[] {
    const { chunks } = this;
    this.chunks = [];
    return chunks;
  }

  /** Of everything written so far. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }
}

class ChecksummedWriter<T extends TypeMap> extends RecordBatchFileWriter<T> {
  readonly bytes = new ByteCollector();
  private readonly lateMetadata: () => Readonly<Record<string, string>>;

  constructor(schema: Schema<T>, lateMetadata: () => Readonly<Record<string, string>>) {
    super();
    this.lateMetadata = lateMetadata;
    this.reset(this.bytes, schema);
  }

  protected override _writeFooter(schema: Schema<T>): this {
    const rows = { digest: this.bytes.digest(), bytes: this.bytes.take() };
    const metadata = new Map([...Object.entries(this.lateMetadata()), [CHECKSUM, BLANK]]);
    super._writeFooter(new Schema(schema.fields, metadata));
    const end = Buffer.concat(this.bytes.take());
    const checksum = checksumOf(rows.digest, end);
    end.write(checksum, end.lastIndexOf(BLANK), 'latin1');
    for (const chunk of [...rows.bytes, end]) this.bytes.write(chunk);
    return this;
  }
}

/** @param end from the end-of-stream mark on, the checksum in it blank */
function checksumOf(rowsDigest: string, end: Uint8Array): string {
  return `sha256:${sha256(rowsDigest, end)}`;
}

async function verify(path: string, handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  const endStart = await findEnd(path, handle, size);
  const end = Buffer.alloc(size - endStart);
  await handle.read(end, 0, end.length, endStart);
  const stored = [...end.toString('latin1').matchAll(CHECKSUM_PATTERN)].at(-1);
  if (stored === undefined) throw damaged(path, 'it has no checksum');
  end.write(BLANK, stored.index, 'latin1');
  const rowsDigest = await sha256File(path, { start: 0, end: endStart });
  if (stored[0] !== checksumOf(rowsDigest, end)) throw damaged(path, 'its content does not match its checksum');
}

/** Byte at which the rows are over. */
async function findEnd(path: string, handle: FileHandle, size: number): Promise<number> {
  if (size < TRAILER_BYTES) throw damaged(path, `it has only ${size} bytes`);
  const trailer = Buffer.alloc(TRAILER_BYTES);
  await handle.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES);
  const start = size - TRAILER_BYTES - trailer.readInt32LE(0) - END_OF_STREAM_BYTES;
  if (trailer.toString('latin1', 4) !== MAGIC || start < 0 || start >= size) throw damaged(path, 'its end is missing');
  return start;
}

function damaged(path: string, why: string): BornAgainError {
  return new BornAgainError('ERR_CACHE', `${path} is no complete Arrow file of this program: ${why}`, { path });
}
