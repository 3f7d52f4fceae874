/**
 * Whether the pages of a flat column say no more than its row group has rows. The hyparquet library believes every count that it reads, so
 * a damaged one would have it fill memory; here the counts of pages, and of the runs of levels and dictionary indices, are walked first.
 */
import type { ColumnMetaData, Compressors } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

export interface FlatColumn {
  readonly meta: Pick<ColumnMetaData, 'codec'>;
  /** Of the row group. */
  readonly rows: number;
  /** Whether a value can be null: only then are there definition levels. */
  readonly optional: boolean;
  readonly compressors: Compressors;
}

/**
 * Throws RangeError for a count that cannot be.
 * @param chunk pages of the column, one behind the other
 */
export function verifyPages(chunk: ArrayBuffer, column: FlatColumn): void {
  const reader = { view: new DataView(chunk), offset: 0 };
  while (reader.offset < chunk.byteLength - 1) {
    const header = parquetHeader(reader);
    const size = header.compressed_page_size;
    if (!(size >= 0 && reader.offset + size <= chunk.byteLength)) throw new RangeError(`a page of ${size} bytes`);
    verifyPage(header, new Uint8Array(chunk, reader.offset, size), column);
    reader.offset += size;
  }
}

function verifyPage(header: ReturnType<typeof parquetHeader>, page: Uint8Array, column: FlatColumn): void {
  const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary, uncompressed_page_size: size } = header;
  if (dictionary !== undefined) atMost(dictionary.num_values, 8 * size);
  if (v1 !== undefined) {
    atMost(v1.num_values, column.rows);
    const bytes = decompress(page, size, column);
    const levels = column.optional ? 4 + viewOf(bytes).getUint32(0, true) : 0;
    if (column.optional) verifyRuns(bytes.subarray(4, levels), 1, v1.num_values);
    verifyValues(v1.encoding, bytes.subarray(levels), v1.num_values);
  }
  if (v2 !== undefined) {
    atMost(v2.num_values, column.rows);
    const levels = v2.repetition_levels_byte_length + v2.definition_levels_byte_length;
    if (column.optional) verifyRuns(page.subarray(v2.repetition_levels_byte_length, levels), 1, v2.num_values);
    const values = page.subarray(levels);
    const compressed = v2.is_compressed !== false;
    verifyValues(v2.encoding, compressed ? decompress(values, size - levels, column) : values, v2.num_values - v2.num_nulls);
  }
}

function verifyValues(encoding: string | undefined, bytes: Uint8Array, count: number): void {
  if (count === 0 || bytes.length === 0) return;
  if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') verifyRuns(bytes.subarray(1), bytes[0] ?? 0, count);
  if (encoding === 'RLE') verifyRuns(bytes.subarray(4), 1, count);
}

/** Runs of one value, or of values packed in eights, until there are `count`. */
function verifyRuns(bytes: Uint8Array, bitWidth: number, count: number): void {
  for (let at = 0, seen = 0; seen < count && at < bytes.length;) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at] ?? 0;
      at += 1;
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const packed = header % 2 === 1;
    const values = Math.floor(header / 2) * (packed ? 8 : 1);
    at += packed ? (values / 8) * bitWidth : Math.ceil(bitWidth / 8);
    atMost(values, count + (packed ? 7 : 0));
    seen += values;
  }
}

function decompress(bytes: Uint8Array, size: number, { meta, compressors }: FlatColumn): Uint8Array {
  return meta.codec === 'UNCOMPRESSED' ? bytes : (compressors[meta.codec]?.(bytes, size) ?? new Uint8Array(0));
}

function atMost(count: number, most: number): void {
  if (!(count >= 0 && count <= most)) throw new RangeError(`${count} values where there can be ${most}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
