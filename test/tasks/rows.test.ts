/** Rows by column names: CSV against Python's csv module, and what each format does with what it cannot read. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Null, RecordBatchFileWriter, RecordBatchStreamWriter, Table, vectorFromArray } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RowFormat } from '../../src/config/custom-tasks.js';
import { readRows, type Row, type UnreadableRow } from '../../src/tasks/rows/index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bornagain-rows-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function readAll(file: string, format: RowFormat, columns: readonly string[]): Promise<(Row | UnreadableRow)[]> {
  const all: (Row | UnreadableRow)[] = [];
  for await (const rows of readRows(file, format, columns)) all.push(...rows);
  return all;
}

function read(
  content: string | Buffer,
  format: RowFormat,
  columns: readonly string[] = ['text', 'label'],
): Promise<(Row | UnreadableRow)[]> {
  const file = join(folder, `rows.${format}`);
  writeFileSync(file, content);
  return readAll(file, format, columns);
}

const BOM = '\uFEFF';

describe('csv', () => {
  const file = 'test/fixtures/rows/rows.csv';
  const expected = JSON.parse(readFileSync('test/fixtures/rows/rows.json', 'utf8')) as { line: number; cells: string[] }[];

  it("reads what Python's csv module wrote, and knows each record's line", async () => {
    // A carriage return before a line feed belongs to the line's end, here as in all of this project's files.
    const wanted = expected.map(({ line, cells }) => ({ line, cells: cells.map((cell) => cell.replaceAll('\r\n', '\n')) }));
    expect(await readAll(file, 'csv', ['id', 'text, quoted', 'label'])).toEqual(wanted);
  });

  it('hands out the columns asked for, in that order', async () => {
    const [first] = await readAll(file, 'csv', ['label', 'id']);
    expect(first).toEqual({ line: 2, cells: [expected[0]?.cells[2], '0'] });
  });

  it('takes a byte order mark, CRLF, and no newline at the end', async () => {
    expect(await read(`${BOM}"label",text\r\n1,"two\r\nlines"\r\n0,b`, 'csv')).toEqual([
      { line: 2, cells: ['two\nlines', '1'] },
      { line: 4, cells: ['b', '0'] },
    ]);
  });

  it('names the line and the reason of every row it cannot read, and reads the others', async () => {
    const latin1 = Buffer.from('caf\xe9,1\n', 'latin1');
    const lines = ['text,label\n', 'good,1\n', 'a, b,1\n', '\n', 'few\n', '"x"y,1\n', 'say "no", 1\n', '"two\nlines"z,1\n'];
    const rows = await read(Buffer.concat([Buffer.from(lines.join('')), latin1, Buffer.from('"last",0\n')]), 'csv');
    expect(rows).toEqual([
      { line: 2, cells: ['good', '1'] },
      { line: 3, reason: '3 fields where the header has 2; a text with a comma must stand in quotes' },
      { line: 4, reason: 'the line is blank' },
      { line: 5, reason: '1 fields where the header has 2' },
      { line: 6, reason: expect.stringContaining('malformed quotes: Invalid Closing Quote') },
      { line: 7, reason: expect.stringContaining('malformed quotes: Invalid Opening Quote') },
      { line: 8, reason: expect.stringContaining('malformed quotes, in a record of 2 lines:') },
      { line: 10, reason: expect.stringContaining("bytes that are no UTF-8, after 'caf'") },
      { line: 11, cells: ['last', '0'] },
    ]);
  });

  it('ends a record at its line where a quote stands elsewhere than at the beginning of a field', async () => {
    const stray = ['a 5" disk,1', '"x"y",1', 'a ",b', '"it\'s ""so"", he said" ",1'];
    const text = `text,label\n${stray.map((line) => `${line}\n"two\nlines",0\n`).join('')}`;
    expect(await read(text, 'csv')).toEqual(
      stray.flatMap((_, index) => [
        { line: 3 * index + 2, reason: expect.stringMatching(/^malformed quotes: /) },
        { line: 3 * index + 3, cells: ['two\nlines', '0'] },
      ]),
    );
    // More than the longest record's bytes.
    const long = await read(`text,label\na 5" disk,1\n${`${'b'.repeat(2000)},1\n`.repeat(1000)}`, 'csv');
    expect([long.length, long.filter((row) => 'reason' in row).length]).toEqual([1001, 1]);
  });

  it('says where a quote opens that is never closed, without reading on for ever', async () => {
    expect(await read('text,label\na,1\n"b,1\nand nothing like a row\n', 'csv')).toEqual([
      { line: 2, cells: ['a', '1'] },
      { line: 3, reason: expect.stringContaining('in a record of 2 lines: Quote Not Closed') },
    ]);
    const endless = `text,label\n"a,1\n${'b,1\n'.repeat(1 << 19)}`;
    const message = expect.stringMatching(/rows\.csv:2: a record of more than 1048576 bytes; a quote that opens here is not closed/);
    await expect(read(endless, 'csv')).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
  });
});

describe('tsv', () => {
  it('has no quoting', async () => {
    const rows = await read(`${BOM}label\ttext\r\n1\ta "b\r\n0\t"c, d"\n`, 'tsv');
    expect(rows).toEqual([
      { line: 2, cells: ['a "b', '1'] },
      { line: 3, cells: ['"c, d"', '0'] },
    ]);
  });

  it('names the line and the reason of a row it cannot read', async () => {
    expect(await read('text\tlabel\na\nb\t1\t2\n\nc\t1\n', 'tsv')).toEqual([
      { line: 2, reason: '1 fields where the header has 2' },
      { line: 3, reason: '3 fields where the header has 2; is there a tab inside a text?' },
      { line: 4, reason: 'the line is blank' },
      { line: 5, cells: ['c', '1'] },
    ]);
  });
});

describe('jsonl', () => {
  it('keeps the values as they are, whatever the order of the keys', async () => {
    const rows = await read('{"text":"a\\nb","label":1}\n{"label":true,"more":[1],"text":null}\r\n{"text":"","label":"x"}', 'jsonl');
    expect(rows).toEqual([
      { line: 1, cells: ['a\nb', 1] },
      { line: 2, cells: [null, true] },
      { line: 3, cells: ['', 'x'] },
    ]);
  });

  it('names the line and the reason of a row it cannot read', async () => {
    const rows = await read('{"txt":"a","label":1}\n["a",1]\n{"text":"a"\n\n{"text":{},"label":1}\n{"__proto__":1,"label":2}\n', 'jsonl');
    expect(rows).toEqual([
      { line: 1, reason: "there is no column 'text'; did you mean 'txt'? The columns are 'txt', 'label'" },
      { line: 2, reason: 'expected a JSON object, such as {"text": "…", "label": "…"}' },
      { line: 3, reason: expect.stringContaining('this is no JSON: ') },
      { line: 4, reason: 'the line is blank' },
      { line: 5, reason: "'text' is an object" },
      { line: 6, reason: expect.stringContaining("there is no column 'text'") },
    ]);
  });
});

describe('parquet and arrow', () => {
  const file = (name: string): string => `test/fixtures/rows/${name}`;
  const expected = JSON.parse(readFileSync(file('tables.json'), 'utf8')) as [string | null, number | null, number, boolean][];
  const rows = expected.map((cells, index) => ({ line: index + 1, cells }));
  const columns = ['text', 'number', 'decimal', 'flag'];
  /** 64-bit integers come as bigints; the values are what is compared. */
  const plain = (all: (Row | UnreadableRow)[]) =>
    all.map((row) =>
      'reason' in row ? row : { ...row, cells: row.cells.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)) },
    );

  it.each([
    ['parquet', 'snappy'],
    ['parquet', 'indexed'],
    ['parquet', 'gzip'],
    ['parquet', 'brotli'],
    ['arrow', 'file'],
    ['arrow', 'stream'],
    ['arrow', 'dictionary'],
  ] as const)('%s: reads what pyarrow wrote, nulls and 32-bit decimals included (%s)', async (format, name) => {
    expect(plain(await readAll(file(`${name}.${format}`), format, columns))).toEqual(rows);
    const [first] = plain(await readAll(file(`${name}.${format}`), format, ['number', 'text']));
    expect(first).toEqual({ line: 1, cells: [expected[0]?.[1], expected[0]?.[0]] });
  });

  it('parquet: takes a dictionary at byte 0 for none, as some writers say it', async () => {
    const bytes = readFileSync(file('gzip.parquet'));
    // Thrift's compact form of the text's ColumnMetaData: 26 8a0b is field 9, its first page's place, 3c the head of field 12. Field 11, the
    // dictionary's place, goes between them; the next head counts from it.
    const at = bytes.indexOf('268a0b3c', 0, 'hex');
    const patched = Buffer.concat([bytes.subarray(0, at + 3), Buffer.from('26001c', 'hex'), bytes.subarray(at + 4)]);
    const footerLength = patched.length - 8;
    patched.writeUInt32LE(patched.readUInt32LE(footerLength) + 2, footerLength);
    expect((await read(patched, 'parquet', ['text'])).map((row) => ('cells' in row ? row.cells[0] : row))).toEqual(
      expected.map(([text]) => text),
    );
  });

  it('parquet: takes a column for itself, where the root of the schema has its name', async () => {
    const bytes = Buffer.from(readFileSync(file('snappy.parquet'), 'latin1').replaceAll('number', 'schema'), 'latin1');
    expect(plain(await read(bytes, 'parquet', ['schema', 'text']))).toEqual(
      rows.map(({ line, cells: [text, number] }) => ({ line, cells: [number, text] })),
    );
  });

  it.each([
    [
      'parquet',
      'snappy',
      'txet',
      "there is no column 'txet'; did you mean 'text'? The columns are 'unused', 'text', 'number', 'decimal', 'flag'",
    ],
    [
      'arrow',
      'stream',
      'txet',
      "there is no column 'txet'; did you mean 'text'? The columns are 'unused', 'text', 'number', 'decimal', 'flag'",
    ],
    ['parquet', 'snappy', 'unused', "'unused' holds lists or objects, no text or number"],
    ['arrow', 'stream', 'unused', "'unused' is of type List<Int64>, no text or number"],
    ['arrow', 'compressed', 'text', 'cannot decode the batch after row 0 as Arrow: Record batch is compressed but codec not found'],
  ] as const)('%s: %s cannot give %s', async (format, name, column, reason) => {
    const message = expect.stringContaining(`${name}.${format}: ${reason}`);
    await expect(readAll(file(`${name}.${format}`), format, [column])).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
  });

  it('names a row whose text is no UTF-8', async () => {
    const bytes = readFileSync(file('stream.arrow'));
    bytes[bytes.indexOf('日本') + 1] = 0x20;
    const faults = (await read(bytes, 'arrow', ['text'])).filter((row) => 'reason' in row);
    expect(faults).toEqual([{ line: expect.any(Number), reason: "'text' holds bytes that are no UTF-8" }]);
  });

  it.each([
    ['file', RecordBatchFileWriter],
    ['stream', RecordBatchStreamWriter],
  ] as const)('arrow: takes any number of the smallest batches there are (%s)', async (_, Writer) => {
    const table = new Table({ text: vectorFromArray([null], new Null()) });
    const writer = new Writer();
    for (let batch = 0; batch < 2000; batch += 1) writer.write(table.batches[0]);
    const rows = await read(Buffer.from(await writer.finish().toUint8Array()), 'arrow', ['text']);
    expect(rows).toHaveLength(2000);
  });

  it.each(['snappy.parquet', 'file.arrow', 'stream.arrow'])('refuses %s cut short, anywhere', async (name) => {
    const bytes = readFileSync(file(name));
    const format = name.endsWith('.arrow') ? 'arrow' : 'parquet';
    for (let size = 0; size < bytes.length; size += 41) {
      await expect(read(bytes.subarray(0, size), format, columns), `${size} bytes`).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT' });
    }
  });
});

describe('the header', () => {
  it.each([
    ['csv', 'id,txet,label\n1,a,b\n', "there is no column 'text'; did you mean 'txet'? The columns are 'id', 'txet', 'label'"],
    ['tsv', 'id\ttxet\tlabel\n1\ta\tb\n', "there is no column 'text'; did you mean 'txet'? The columns are 'id', 'txet', 'label'"],
    ['csv', 'text,label,text\na,b,c\n', "there are two columns 'text'"],
    ['csv', '"text,label\na,b\n', 'malformed quotes'],
    ['tsv', Buffer.from('caf\xe9\tlabel\n', 'latin1'), 'bytes that are no UTF-8'],
  ] as const)('stops with the columns there are: %s', async (format, content, reason) => {
    const message = expect.stringContaining(`${join(folder, `rows.${format}`)}:1: ${reason}`);
    await expect(read(content, format)).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
  });
});
