/** Arrow rows, a record batch at a time: the file format (Feather) and the stream format, which Hugging Face's library writes. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { DataType, Precision, RecordBatchReader, Type, Vector } from 'apache-arrow';
import type { Data, Field, RecordBatch, Schema } from 'apache-arrow';
import { BornAgainError } from '../../util/errors.js';
import { attemptIo } from '../../util/io-error.js';
import { classNames, FEATURES_KEY, namedCell, rowsOf, shortestFloat32, textCell } from './cells.js';
import type { BadCell, Column } from './cells.js';
import { checkFooter, checkMessage } from './arrow-metadata.js';
import { columnError, locateColumns } from './columns.js';
import { decodingAs } from './decoding.js';
import type { Cell, RowReader } from './types.js';

const FILE_MAGIC = Buffer.from('ARROW1');
/** What a writer of a stream closes it with: without it a stream that was cut between two batches looks whole. */
const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
/** Length of the footer, then the magic. */
const TRAILER_BYTES = 4 + FILE_MAGIC.length;
/** Before a message's metadata stands their length. Bodies are longer, padded to 8. */
const PREFIX_BYTES = 4;
/** What looking for the format and the footer reads twice, and more. */
const READ_AGAIN_BYTES = 1 << 14;
/** Counted for each read beside its bytes, as an endless loop may read none; a batch's three reads stay below what its metadata takes. */
const READ_COST_BYTES = 24;

const decoding = decodingAs('Arrow', 'Is the file complete, and written without compressed buffers?');

export const readArrowRows: RowReader = async function* (file, columns, { onBytes } = {}) {
  const handle = await attemptIo('read', file, () => open(file, 'r'));
  try {
    const { size } = await attemptIo('read', file, () => handle.stat());
    await checkEnd(file, handle, size);
    const reader = await decoding(file, 'its schema', async () => (await RecordBatchReader.from(guarded(file, handle, size))).open());
    const { schema } = reader;
    const places = await decoding(file, 'its schema', async () => placesOf(file, schema, columns));
    const names = columns.map((column) => classNames(schema.metadata.get(FEATURES_KEY), column));
    let rows = 0;
    for (;;) {
      const next = await decoding(file, `the batch after row ${rows}`, async () => reader.next());
      if (next.done === true) return;
      const batch = next.value;
      if (batch.numRows > 8 * size) throw tooManyRows(file, rows, batch.numRows);
      const cells = await decoding(file, `the batch after row ${rows}`, async () =>
        places.map((place, index) => columnOf(batch, place, names[index] ?? null)),
      );
      onBytes?.(batch.data.byteLength);
      yield* rowsOf(columns, cells, rows + 1);
      rows += batch.numRows;
    }
  } finally {
    await handle.close();
  }
};

/**
 * The file as the library may read it. Lengths in metadata are checked before it sees them. It goes over a block again and again where
 * the footer calls something a record batch that is none: reading far more than the file holds is refused.
 */
function guarded(file: string, handle: FileHandle, size: number): FileHandle {
  let left = 2 * size + READ_AGAIN_BYTES;
  /** What the last read said the next one will be: metadata of that length. */
  let announced = 0;
  const read = async (bytes: Uint8Array, offset: number, length: number, position: number): ReturnType<FileHandle['read']> => {
    left -= length + READ_COST_BYTES;
    if (left < 0) throw new RangeError('its blocks do not come to an end');
    const result = await attemptIo('read', file, () => handle.read(bytes, offset, length, position));
    const part = bytes.subarray(offset, offset + length);
    if (position + length === size - TRAILER_BYTES) checkFooter(part);
    else if (length === announced) checkMessage(part);
    announced = length === PREFIX_BYTES ? new DataView(part.buffer, part.byteOffset).getInt32(0, true) : 0;
    return result;
  };
  return { fd: handle.fd, stat: () => handle.stat(), read, close: () => handle.close() } as unknown as FileHandle;
}

async function checkEnd(file: string, handle: FileHandle, size: number): Promise<void> {
  const end = Buffer.alloc(Math.min(size, TRAILER_BYTES));
  await attemptIo('read', file, () => handle.read(end, 0, end.length, size - end.length));
  if (end.subarray(-END_OF_STREAM.length).equals(END_OF_STREAM)) return;
  const isFile = end.subarray(-FILE_MAGIC.length).equals(FILE_MAGIC) && end.length === TRAILER_BYTES;
  const footer = isFile ? end.readInt32LE(0) : 0;
  if (isFile && footer > 0 && footer + TRAILER_BYTES <= size) return;
  const reason = size === 0 ? 'the file is empty' : 'the file does not end as an Arrow file or stream does';
  throw new BornAgainError('ERR_DATA_FORMAT', `${file}: ${reason}. Is it complete?`, { file, reason });
}

/** Even a column of booleans takes a bit for each row. */
function tooManyRows(file: string, before: number, rows: number): BornAgainError {
  const reason = `the batch after row ${before} claims ${rows} rows, more than the file has bits`;
  return new BornAgainError('ERR_DATA_FORMAT', `${file}: ${reason}. Is the file complete?`, { file, reason });
}

function placesOf(file: string, { fields }: Schema, columns: readonly string[]): number[] {
  const places = locateColumns(
    file,
    null,
    fields.map(({ name }) => name),
    columns,
  );
  for (const place of places) {
    const field = fields[place] as Field;
    const type = field.type as DataType;
    if (!isReadable(type))
      throw columnError(file, null, `'${field.name}' is of type ${(type as { toString(): string }).toString()}, no text or number`);
  }
  return places;
}

const READABLE: readonly Type[] = [Type.Utf8, Type.LargeUtf8, Type.Int, Type.Float, Type.Bool, Type.Null];

function isReadable(type: DataType): boolean {
  return DataType.isDictionary(type) ? isReadable(type.dictionary as DataType) : READABLE.includes(type.typeId);
}

function columnOf(batch: RecordBatch, place: number, names: readonly string[] | null): Column {
  const data = batch.data.children[place] as Data;
  if (data.length !== batch.numRows) throw new RangeError(`${data.length} values for ${batch.numRows} rows`);
  const cells = cellsOf(data);
  return names === null ? cells : cells.map((cell) => namedCell(cell, names));
}

function cellsOf(data: Data): Column {
  const { type, length } = data;
  if (length > capacity(data)) throw new RangeError(`${length} values in the room of ${capacity(data)}`);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return Array.from({ length }, (_, row) => textAt(data, row));
  if (DataType.isDictionary(type)) {
    const values = (data.dictionary as Vector).data.flatMap(cellsOf);
    const indices = data.values as Int32Array;
    return Array.from({ length }, (_, row) => (data.getValid(row) ? (values[Number(indices[row])] ?? null) : null));
  }
  const vector = new Vector([data]);
  const single = DataType.isFloat(type) && type.precision === Precision.SINGLE;
  return Array.from({ length }, (_, row) => {
    const cell = vector.get(row) as Cell;
    return single && typeof cell === 'number' ? shortestFloat32(cell) : cell;
  });
}

/** How many values the buffers have room for, whatever the batch says. */
function capacity({ type, values, valueOffsets }: Data): number {
  if (DataType.isNull(type)) return Infinity;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return (valueOffsets as ArrayLike<unknown>).length - 1;
  return (values as ArrayLike<unknown>).length * (DataType.isBool(type) ? 8 : 1);
}

function textAt(data: Data, row: number): Cell | BadCell {
  if (!data.getValid(row)) return null;
  const { valueOffsets, values } = data as { valueOffsets: Int32Array | BigInt64Array; values: Uint8Array };
  const [start, end] = [Number(valueOffsets[row]), Number(valueOffsets[row + 1])];
  if (!(start >= 0 && start <= end && end <= values.length))
    throw new RangeError(`a text from byte ${start} to ${end} of ${values.length}`);
  return textCell(values.subarray(start, end));
}
