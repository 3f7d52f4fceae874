/**
 * The lengths that Arrow's metadata claim, checked before the library believes them: it goes through a vector of 2^31 items that are not
 * there. Metadata are FlatBuffers (format/Message.fbs, Schema.fbs, File.fbs of apache/arrow); a DataView throws RangeError for what lies
 * outside.
 */
const MAX_DEPTH = 64;

/** Places in the tables, by the order of their fields in the format's definition. */
const MESSAGE = { headerType: 1, header: 2 } as const;
const HEADER = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const;
const RECORD_BATCH = { nodes: 1, buffers: 2, variadicCounts: 4 } as const;
const DICTIONARY_BATCH = { data: 1 } as const;
const SCHEMA = { fields: 1, metadata: 2 } as const;
const FIELD = { children: 5, metadata: 6 } as const;
const FOOTER = { schema: 1, dictionaries: 2, recordBatches: 3 } as const;
/** Bytes of a FieldNode and a Buffer, of a Block, of a reference to a table, of a count. */
const BYTES = { node: 16, block: 24, reference: 4, count: 8 } as const;

/** Of one message, schema or batch. Throws RangeError. */
export function checkMessage(bytes: Uint8Array): void {
  const tables = new Tables(bytes);
  const message = tables.root();
  const header = tables.child(message, MESSAGE.header);
  if (header === null) return;
  const kind = tables.byte(message, MESSAGE.headerType);
  if (kind === HEADER.schema) checkSchema(tables, header);
  if (kind === HEADER.recordBatch) checkBatch(tables, header);
  const dictionary = kind === HEADER.dictionaryBatch ? tables.child(header, DICTIONARY_BATCH.data) : null;
  if (dictionary !== null) checkBatch(tables, dictionary);
}

/** Of the footer of a file. Throws RangeError. */
export function checkFooter(bytes: Uint8Array): void {
  const tables = new Tables(bytes);
  const footer = tables.root();
  tables.vector(footer, FOOTER.dictionaries, BYTES.block);
  tables.vector(footer, FOOTER.recordBatches, BYTES.block);
  const schema = tables.child(footer, FOOTER.schema);
  if (schema !== null) checkSchema(tables, schema);
}

function checkBatch(tables: Tables, batch: number): void {
  tables.vector(batch, RECORD_BATCH.nodes, BYTES.node);
  tables.vector(batch, RECORD_BATCH.buffers, BYTES.node);
  tables.vector(batch, RECORD_BATCH.variadicCounts, BYTES.count);
}

function checkSchema(tables: Tables, schema: number): void {
  tables.vector(schema, SCHEMA.metadata, BYTES.reference);
  let level = tables.children(schema, SCHEMA.fields);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new RangeError(`its fields are nested more than ${MAX_DEPTH} levels deep`);
    for (const field of level) tables.vector(field, FIELD.metadata, BYTES.reference);
    level = level.flatMap((field) => tables.children(field, FIELD.children));
  }
}

/** A FlatBuffer: a table begins with the way back to its list of places, a vector with its length. */
class Tables {
  private readonly view: DataView;
  /** Tables visited; a buffer has not more of them than bytes, unless it leads in circles. */
  private visited = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  root(): number {
    return this.view.getUint32(0, true);
  }

  byte(table: number, field: number): number {
    const place = this.place(table, field);
    return place === null ? 0 : this.view.getUint8(place);
  }

  /** The table that the field refers to. */
  child(table: number, field: number): number | null {
    const place = this.place(table, field);
    return place === null ? null : place + this.view.getUint32(place, true);
  }

  children(table: number, field: number): number[] {
    const { start, length } = this.vector(table, field, BYTES.reference);
    this.visited += length;
    if (this.visited > this.view.byteLength) throw new RangeError('its fields lead in circles');
    return Array.from({ length }, (_, index) => {
      const place = start + BYTES.reference * index;
      return place + this.view.getUint32(place, true);
    });
  }

  vector(table: number, field: number, itemBytes: number): { start: number; length: number } {
    const at = this.child(table, field);
    if (at === null) return { start: 0, length: 0 };
    const [start, length] = [at + 4, this.view.getUint32(at, true)];
    if (start + length * itemBytes <= this.view.byteLength) return { start, length };
    throw new RangeError(`its metadata claim ${length} items in ${this.view.byteLength} bytes`);
  }

  /** Null where the table leaves the field out. */
  private place(table: number, field: number): number | null {
    const places = table - this.view.getInt32(table, true);
    const entry = 4 + 2 * field;
    const offset = entry < this.view.getUint16(places, true) ? this.view.getUint16(places + entry, true) : 0;
    return offset === 0 ? null : table + offset;
  }
}
