/** Blank lines at the end of a file are no rows; anywhere else they are bad ones. */
import { describe, expect, it } from 'vitest';
import { readContent } from './row-files.js';

describe.each([
  ['csv', 'text,label\n', 'a,1\n', { line: 2, cells: ['a', '1'] }],
  ['tsv', 'text\tlabel\n', 'a\t1\n', { line: 2, cells: ['a', '1'] }],
  ['jsonl', '{"text":"x","label":0}\n', '{"text":"a","label":1}\n', { line: 2, cells: ['a', 1] }],
] as const)('%s', (format, first, second, row) => {
  // Without a header, the first line is a row.
  const before = format === 'jsonl' ? [{ line: 1, cells: ['x', 0] }] : [];

  it.each(['', '\n', '\r\n', '\n\n\r\n'])('ends with the last row before %j', async (end) => {
    expect(await readContent(`${first}${second}${end}`, format)).toEqual([...before, row]);
  });

  it('tells of a blank line before a row', async () => {
    const blank = { line: 2, reason: 'the line is blank' };
    const rows = [...before, blank, { ...row, line: 3 }];
    expect(await readContent(`${first}\n${second}\n`, format)).toEqual(rows);
  });

  it('tells of as many as there are, over chunks of the file', async () => {
    // More than the 256 KiB that are read at a time.
    const count = 300_000;
    const rows = await readContent(`${first}${'\n'.repeat(count)}${second}\n`, format);
    expect(rows).toHaveLength(before.length + count + 1);
    expect(rows.at(-1)).toEqual({ ...row, line: count + 2 });
  });
});

it('says of a CSV file of blank lines alone that its header is blank', async () => {
  await expect(readContent('\n\n', 'csv')).rejects.toThrow('rows.csv:1: the line is blank');
});
