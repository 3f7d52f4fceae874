/**
 * TFRecord framing, the outer layer of TensorBoard's event files: length (uint64), masked CRC of the length, data, masked CRC of the data,
 * all little-endian. The CRC is CRC-32C (Castagnoli), masked as TensorFlow does it (tensorflow/core/lib/hash/crc32c.h).
 */
import crc32c from 'crc-32/crc32c.js';

const LENGTH_BYTES = 8;
const CRC_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + CRC_BYTES;
const MASK_DELTA = 0xa282ead8;

export function maskedCrc(data: Uint8Array): number {
  const crc = crc32c.buf(data) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

export function frameRecord(data: Uint8Array): Buffer {
  const record = Buffer.alloc(HEADER_BYTES + data.length + CRC_BYTES);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc(record.subarray(0, LENGTH_BYTES)), LENGTH_BYTES);
  record.set(data, HEADER_BYTES);
  record.writeUInt32LE(maskedCrc(data), HEADER_BYTES + data.length);
  return record;
}

/** The whole records of a file, in order. Ends before the first that is cut or damaged: a crash leaves such a one only at the end. */
export function* readRecords(file: Buffer): Generator<Buffer> {
  for (let start = 0; start + HEADER_BYTES <= file.length;) {
    const length = file.subarray(start, start + LENGTH_BYTES);
    const data = start + HEADER_BYTES;
    const end = data + Number(length.readBigUInt64LE(0));
    if (file.readUInt32LE(start + LENGTH_BYTES) !== maskedCrc(length) || end + CRC_BYTES > file.length) return;
    const record = file.subarray(data, end);
    if (file.readUInt32LE(end) !== maskedCrc(record)) return;
    yield record;
    start = end + CRC_BYTES;
  }
}
