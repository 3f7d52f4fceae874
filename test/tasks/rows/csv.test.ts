/** Quotes that take rows along, which skipping bad rows must not hide, and fields that are not separated by commas. */
import { describe, expect, it } from 'vitest';
import { readContent } from './row-files.js';

it.each([
  ['to the end of the file', '"b,1\nc,0\nno row\nd,1\n', 2, 3],
  ['to the next quote', '"b,1\nc,0\n"d, e",1\nf,0\n', 2, 2],
  ['to a quote that makes a record of it', '"b,1\nc d,0\na 7", e,1\n', 1, 2],
  ['beside bytes that are no UTF-8', '"b,1\nc,0\ncaf\xe9,1\nd,1\n', 3, 3],
])('stops at a quote that is not closed and takes rows along, %s', async (_, content, rows, lines) => {
  const reason = `a quote that opens in this row is not closed where the row ends: ${rows} of the ${lines} lines after it would go with it`;
  const message = expect.stringContaining(`rows.csv:3: ${reason}`);
  await expect(readContent(Buffer.from(`text,label\na,1\n${content}`, 'latin1'), 'csv')).rejects.toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message,
  });
});

describe('a delimiter', () => {
  const content = 'id;text;label\n1;"a; ""b""\nc, d";x\n2;e, f;y\n3;g;h;z\n';

  it('separates fields, inside quotes it is text', async () => {
    expect(await readContent(content, 'csv', { delimiter: ';' })).toEqual([
      { line: 2, cells: ['a; "b"\nc, d', 'x'] },
      { line: 4, cells: ['e, f', 'y'] },
      { line: 5, reason: "4 fields where the header has 3; a text with ';' must stand in quotes" },
    ]);
    expect(await readContent(content.replaceAll(';', '\t'), 'csv', { delimiter: '\t' })).toHaveLength(3);
  });

  it.each([
    ['csv', content, 'the fields seem to be separated by \';\'; set "format": "csv" and "delimiter": ";" for the task'],
    ['tsv', content, 'the fields seem to be separated by \';\'; set "format": "csv" and "delimiter": ";" for the task'],
    ['csv', 'text\tlabel\na\tb\n', 'the fields seem to be separated by tabs; set "format": "tsv" for the task'],
    ['tsv', 'text,label\na,b\n', 'the fields seem to be separated by \',\'; set "format": "csv" and "delimiter": "," for the task'],
    ['csv', `sep=;\n${content}`, '\'sep=;\' is a line for Excel and no header; remove it, and set "format": "csv" and "delimiter": ";"'],
    ['csv', 'sep=,\ntext,label\n', "'sep=,' is a line for Excel and no header; remove it. The"],
  ] as const)('is proposed where the header has another one: %s, %j', async (format, text, reason) => {
    const message = expect.stringContaining(`rows.${format}:1: ${reason}`);
    await expect(readContent(text, format)).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
  });

  it('is not proposed where the header has several fields', async () => {
    await expect(readContent('a;b,c\n', 'csv')).rejects.toThrow("there is no column 'text'. The columns are 'a;b', 'c'");
  });
});
