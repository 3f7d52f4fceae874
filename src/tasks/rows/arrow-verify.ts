/**
 * Whether an Arrow file's messages keep within it. The apache-arrow library believes every length that it reads, so a damaged one would
 * have it fill memory or go round in circles; here each message's flatbuffer is walked first, against its own size. What the lengths of the
 * buffers then say of a batch is checked where its cells are read. Offsets are those of format/Message.fbs, Schema.fbs and File.fbs.
 */
import type { FileHandle } from 'node:fs/promises';

/** More fields than any table here has; tables that share their children could otherwise be walked for ever. */
const MOST_FIELDS = 10_000;
const DEEPEST_FIELD = 32;
const CONTINUATION = -1;
const FILE_MAGIC = 'ARROW1';
/** The magic, padded to 8 bytes. */
const FILE_START = 8;
/** Behind the footer: its length, and the magic. */
const TRAILER_BYTES = 4 + FILE_MAGIC.length;
const BLOCK_BYTES = 24;

/** Header types of a message. */
const SCHEMA = 1;
const DICTIONARY_BATCH = 2;
const RECORD_BATCH = 3;

/** Throws RangeError where anything reaches beyond the file or the message it stands in. */
export async function verifyArrow(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  const magic = await readBytes(handle, size, 0, Math.min(size, FILE_MAGIC.length));
  const isFile = Buffer.from(magic.buffer).toString('latin1') === FILE_MAGIC;
  await (isFile ? verifyBlocks(handle, size) : verifyStream(handle, size));
}

async function verifyStream(handle: FileHandle, size: number): Promise<void> {
  for (let position = 0; position < size;) {
    const next = await verifyMessage(handle, size, position);
    if (next === null) return;
    position = next;
  }
}

/** The schema's message, then those that the footer lists. */
async function verifyBlocks(handle: FileHandle, size: number): Promise<void> {
  await verifyMessage(handle, size, FILE_START);
  const trailer = await readBytes(handle, size, size - TRAILER_BYTES, TRAILER_BYTES);
  const length = trailer.getInt32(0, true);
  const bytes = await readBytes(handle, size, size - TRAILER_BYTES - length, length);
  const footer = rootTable(bytes);
  verifySchema(footer.table(1));
  for (const field of [2, 3]) {
    const { start, count } = footer.vector(field, BLOCK_BYTES);
    for (let index = 0; index < count; index += 1) {
      const place = Number(bytes.getBigInt64(start + index * BLOCK_BYTES, true));
      if ((await verifyMessage(handle, size, place)) === null) throw new RangeError(`no message at byte ${place}`);
    }
  }
}

/** @returns where the next message begins; null for the mark that ends a stream */
async function verifyMessage(handle: FileHandle, size: number, position: number): Promise<number | null> {
  const first = (await readBytes(handle, size, position, 4)).getInt32(0, true);
  const start = first === CONTINUATION ? position + 8 : position + 4;
  const length = first === CONTINUATION ? (await readBytes(handle, size, position + 4, 4)).getInt32(0, true) : first;
  if (length === 0) return null;
  const message = rootTable(await readBytes(handle, size, start, length));
  const body = Number(message.int64(3));
  const end = start + length + body;
  if (!(body >= 0 && end <= size)) throw new RangeError(`a message of ${body} bytes at byte ${position}`);
  const kind = message.byte(1);
  if (kind === SCHEMA) verifySchema(message.table(2));
  if (kind === RECORD_BATCH) verifyBatch(message.table(2), body);
  if (kind === DICTIONARY_BATCH) verifyBatch(message.table(2).table(1), body);
  return end;
}

/** Nodes, buffers and variadic counts; each buffer lies within the body. */
function verifyBatch(batch: Table, body: number): void {
  batch.vector(1, 16);
  batch.vector(4, 8);
  const { start, count } = batch.vector(2, 16);
  for (let index = 0; index < count; index += 1) {
    const offset = Number(batch.bytes.getBigInt64(start + 16 * index, true));
    const length = Number(batch.bytes.getBigInt64(start + 16 * index + 8, true));
    if (!(offset >= 0 && length >= 0 && offset + length <= body)) throw new RangeError(`a buffer of ${length} bytes in ${body}`);
  }
}

function verifySchema(schema: Table): void {
  schema.vector(3, 8);
  schema.tables(2);
  const budget = { left: MOST_FIELDS };
  for (const field of schema.tables(1)) verifyField(field, budget, DEEPEST_FIELD);
}

function verifyField(field: Table, budget: { left: number }, depth: number): void {
  budget.left -= 1;
  if (budget.left < 0 || depth === 0) throw new RangeError('a schema of more fields than a file can have');
  field.tables(6);
  for (const child of field.tables(5)) verifyField(child, budget, depth - 1);
}

function rootTable(bytes: DataView): Table {
  return new Table(bytes, bytes.getUint32(0, true));
}

/** A flatbuffer's table. Reads beyond the bytes throw RangeError, as DataView does. */
class Table {
  constructor(
    readonly bytes: DataView,
    private readonly at: number,
  ) {}

  byte(field: number): number {
    const place = this.place(field);
    return place === null ? 0 : this.bytes.getUint8(place);
  }

  int64(field: number): bigint {
    const place = this.place(field);
    return place === null ? 0n : this.bytes.getBigInt64(place, true);
  }

  table(field: number): Table {
    const place = this.place(field);
    if (place === null) throw new RangeError('a part of the message is missing');
    return new Table(this.bytes, place + this.bytes.getUint32(place, true));
  }

  /** Where the elements begin, and how many they are; none where the field is not there. */
  vector(field: number, elementBytes: number): { readonly start: number; readonly count: number } {
    const place = this.place(field);
    if (place === null) return { start: 0, count: 0 };
    const vector = place + this.bytes.getUint32(place, true);
    const count = this.bytes.getInt32(vector, true);
    const start = vector + 4;
    if (count < 0 || start + count * elementBytes > this.bytes.byteLength)
      throw new RangeError(`a list of ${count} in ${this.bytes.byteLength} bytes`);
    return { start, count };
  }

  tables(field: number): Table[] {
    const { start, count } = this.vector(field, 4);
    return Array.from({ length: count }, (_, index) => {
      const place = start + 4 * index;
      return new Table(this.bytes, place + this.bytes.getUint32(place, true));
    });
  }

  /** Of a field's value; null where the table leaves it out. */
  private place(field: number): number | null {
    const layout = this.at - this.bytes.getInt32(this.at, true);
    const entry = 4 + 2 * field;
    if (entry >= this.bytes.getUint16(layout, true)) return null;
    const offset = this.bytes.getUint16(layout + entry, true);
    return offset === 0 ? null : this.at + offset;
  }
}

async function readBytes(handle: FileHandle, size: number, position: number, length: number): Promise<DataView> {
  if (!(position >= 0 && length >= 0 && position + length <= size)) throw new RangeError(`${length} bytes at byte ${position} of ${size}`);
  const bytes = new Uint8Array(length);
  await handle.read(bytes, 0, length, position);
  return new DataView(bytes.buffer);
}
