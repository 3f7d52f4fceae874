/** The bytes of a pickle, read one item after the other; running out of them is a fault like any other. */
const LINE_FEED = 0x0a;

export class PickleCursor {
  private readonly view: DataView;
  private position = 0;

  constructor(
    private readonly bytes: Uint8Array,
    /** Throws the error for a malformed pickle. */
    readonly fault: (what: string) => never,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  uint64(): number {
    const value = this.view.getBigUint64(this.advance(8), true);
    return value <= Number.MAX_SAFE_INTEGER ? Number(value) : this.fault(`the number ${value} is too large`);
  }

  /** The one big-endian item of the format. */
  float64(): number {
    return this.view.getFloat64(this.advance(8), false);
  }

  /** A little-endian two's complement integer of any length, which must fit a double exactly. */
  long(length: number): number {
    const bytes = this.take(length);
    if (length > 8) return this.fault(`an integer of ${length} bytes is too large`);
    let value = 0n;
    bytes.forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
    const signed = Number(BigInt.asIntN(8 * length, value));
    return Number.isSafeInteger(signed) ? signed : this.fault(`the integer ${signed} is too large`);
  }

  text(length: number): string {
    return Buffer.from(this.take(length)).toString('utf8');
  }

  /** Up to the line's end, which is read and left out. */
  line(): string {
    const end = this.bytes.indexOf(LINE_FEED, this.position);
    if (end < 0) return this.fault('a line has no end');
    const text = this.text(end - this.position);
    this.advance(1);
    return text;
  }

  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  private advance(length: number): number {
    const start = this.position;
    if (start + length > this.bytes.length) return this.fault('it ends early');
    this.position += length;
    return start;
  }
}
