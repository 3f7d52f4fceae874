/** Tokenised rows as columns: what a record batch of a tokenised file holds. */
import { makeData, Field, Float32, Int32, List, RecordBatch, Schema, Struct, Utf8 } from 'apache-arrow';

export interface TokenizedColumns {
  readonly rows: number;
  /** UTF-8 of all ids end to end. */
  readonly idBytes: Uint8Array;
  /** [rows + 1] */
  readonly idOffsets: Int32Array;
  /** Tokens of all rows end to end. */
  readonly tokens: Int32Array;
  /** [rows + 1] */
  readonly tokenOffsets: Int32Array;
  /** [rows] position at which segment 1 starts */
  readonly boundaries: Int32Array;
  /** [rows] NaN where there is no label */
  readonly labels: Float32Array;
}

// A type, not an interface: Arrow's TypeMap asks for an index signature, which interfaces do not have.
export type TokenizedTypes = { id: Utf8; ids: List<Int32>; boundary: Int32; label: Float32 };

export const TOKENIZED_SCHEMA = new Schema<TokenizedTypes>([
  new Field('id', new Utf8(), false),
  new Field('ids', new List(new Field('item', new Int32(), false)), false),
  new Field('boundary', new Int32(), false),
  new Field('label', new Float32(), true),
]);

export function toRecordBatch(columns: TokenizedColumns): RecordBatch<TokenizedTypes> {
  const length = columns.rows;
  const { nullCount, nullBitmap } = validity(columns.labels);
  const children = [
    makeData({ type: new Utf8(), length, nullCount: 0, valueOffsets: columns.idOffsets, data: columns.idBytes }),
    makeData({
      type: new List(new Field('item', new Int32(), false)),
      length,
      nullCount: 0,
      valueOffsets: columns.tokenOffsets,
      child: makeData({ type: new Int32(), length: columns.tokens.length, nullCount: 0, data: columns.tokens }),
    }),
    makeData({ type: new Int32(), length, nullCount: 0, data: columns.boundaries }),
    makeData({ type: new Float32(), length, nullCount, nullBitmap, data: columns.labels }),
  ];
  return new RecordBatch(
    TOKENIZED_SCHEMA,
    makeData({ type: new Struct<TokenizedTypes>(TOKENIZED_SCHEMA.fields), length, nullCount: 0, children }),
  );
}

/** Arrow's validity bits: bit i of byte i / 8 is set where row i has a value. */
function validity(labels: Float32Array): { nullCount: number; nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(labels.length / 8));
  let nullCount = 0;
  labels.forEach((label, row) => {
    if (Number.isNaN(label)) nullCount += 1;
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
  });
  return { nullCount, nullBitmap };
}
