/**
 * Parquet rows, a row group at a time, or some of its pages where the file has a page index: so much is held in memory. Only the columns
 * asked for are read.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, Compressors, FileMetaData, SchemaTree } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { attemptIo } from '../../util/io-error.js';
import { BadCell, classNames, FEATURES_KEY, namedCell, rowsOf, shortestFloat32, textCell } from './cells.js';
import type { Column } from './cells.js';
import { columnError, locateColumns } from './columns.js';
import { decodingAs } from './decoding.js';
import { verifyPages } from './parquet-verify.js';
import type { Cell, RowReader } from './types.js';

/** Rows decoded at a time where a page index allows less than a row group. */
const INDEXED_ROWS = 16_384;
/** A page is a megabyte as a rule. It bounds what a damaged header can ask for. */
const MAX_PAGE_BYTES = 1 << 28;

const decoding = decodingAs('Parquet', 'Is the file complete?');

const parsers = { stringFromBytes: (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : textCell(bytes)) };

export const readParquetRows: RowReader = async function* (file, columns, { onBytes } = {}) {
  const handle = await attemptIo('read', file, () => open(file, 'r'));
  try {
    const buffer = await bufferOf(file, handle);
    const metadata = await decoding(file, 'its footer', () => parquetMetadataAsync(buffer, { parsers, geoparquet: false }));
    const schema = await decoding(file, 'its schema', async () => namedSchema(metadata));
    const trees = locateColumns(
      file,
      null,
      schema.children.map(({ element }) => element.name),
      columns,
    ).map((index) => schema.children[index] as SchemaTree);
    const readers = trees.map((tree) => ({ tree, read: columnReader(file, metadata, tree) }));
    const scan = await decoding(file, 'its footer', () =>
      parquetScan({ file: buffer, metadata, columns: [...columns], compressors: boundedCompressors(), parsers, geoparquet: false }),
    );
    for (const { rowStart, rowEnd } of ranges(metadata, columns)) {
      const cells: Column[] = [];
      for (const { tree, read } of readers) {
        const column = tree.element.name;
        const values = await decoding(file, `rows ${rowStart + 1} to ${rowEnd} of '${column}'`, async () => {
          await verifyChunks(buffer, metadata, tree, { rowStart, rowEnd });
          const data = await scan.readColumn({ column, rowStart, rowEnd });
          if (data.length !== rowEnd - rowStart) throw new RangeError(`${data.length} values for ${rowEnd - rowStart} rows`);
          return data;
        });
        cells.push(Array.from(values as ArrayLike<unknown>, read));
      }
      onBytes?.((buffer.byteLength * (rowEnd - rowStart)) / Number(metadata.num_rows));
      yield* rowsOf(columns, cells, rowStart + 1);
    }
  } finally {
    await handle.close();
  }
};

/** Reads no further than the file goes, whatever a damaged footer says. */
async function bufferOf(file: string, handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await attemptIo('read', file, () => handle.stat());
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      if (!(start >= 0 && start <= end && end <= size)) throw new RangeError(`bytes ${start} to ${end} of a file of ${size}`);
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await attemptIo('read', file, () => handle.read(bytes, 0, bytes.length, start));
      if (bytesRead < bytes.length) throw new RangeError(`${bytesRead} of ${bytes.length} bytes at ${start}`);
      return bytes.buffer;
    },
  };
}

function namedSchema(metadata: FileMetaData): SchemaTree {
  const schema = parquetSchema(metadata);
  const nameless = schema.children.findIndex(({ element }) => typeof element.name !== 'string');
  if (nameless >= 0) throw new TypeError(`column ${nameless + 1} has no name`);
  return schema;
}

/** The column's chunk of the row group that the rows begin: once for each group, however many pieces it is read in. */
async function verifyChunks(
  buffer: AsyncBuffer,
  metadata: FileMetaData,
  { element }: SchemaTree,
  range: { rowStart: number; rowEnd: number },
): Promise<void> {
  let first = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (first === range.rowStart) {
      const meta = group.columns.find((chunk) => chunk.meta_data?.path_in_schema[0] === element.name)?.meta_data;
      const optional = element.repetition_type === 'OPTIONAL';
      if (meta === undefined) throw new RangeError('the row group lacks the column');
      // Some writers give 0 where there is no dictionary.
      const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
      const pages = await buffer.slice(start, start + Number(meta.total_compressed_size));
      verifyPages(pages, { meta, rows, optional, compressors: boundedCompressors() });
    }
    first += rows;
  }
}

/** Row groups, in pieces where every column has a page index. */
function* ranges({ row_groups: groups }: FileMetaData, columns: readonly string[]): Generator<{ rowStart: number; rowEnd: number }> {
  let first = 0;
  for (const group of groups) {
    const end = first + Number(group.num_rows);
    const own = group.columns.filter((chunk) => columns.includes(chunk.meta_data?.path_in_schema[0] ?? ''));
    const step = own.every((chunk) => chunk.offset_index_offset !== undefined) ? INDEXED_ROWS : end - first;
    for (let rowStart = first; rowStart < end; rowStart += step) yield { rowStart, rowEnd: Math.min(end, rowStart + step) };
    first = end;
  }
}

function columnReader(file: string, metadata: FileMetaData, { element, children }: SchemaTree): (value: unknown) => Cell | BadCell {
  const { name, type, repetition_type: repetition } = element;
  if (children.length > 0 || repetition === 'REPEATED')
    throw columnError(file, null, `'${name}' holds lists or objects, no text or number`);
  const names = classNames(metadata.key_value_metadata?.find(({ key }) => key === FEATURES_KEY)?.value, name);
  return (value) => {
    const cell = cellOf(value);
    return type === 'FLOAT' && typeof cell === 'number' ? shortestFloat32(cell) : namedCell(cell, names);
  };
}

function cellOf(value: unknown): Cell | BadCell {
  if (value === undefined || value === null) return null;
  if (value instanceof BadCell) return value;
  return typeof value === 'object' ? new BadCell(`is a ${value.constructor.name}, no text or number`) : (value as Cell);
}

function boundedCompressors(): Compressors {
  return Object.fromEntries(
    Object.entries(compressors).map(([codec, decompress]) => [
      codec,
      (input: Uint8Array, outputLength: number) => {
        if (!(outputLength >= 0 && outputLength <= MAX_PAGE_BYTES)) throw new RangeError(`a page of ${outputLength} bytes`);
        return decompress(input, outputLength);
      },
    ]),
  );
}
