/** Quotes that take rows along, which skipping bad rows must not hide. */
import { expect, it } from 'vitest';
import { readContent } from './row-files.js';

it.each([
  ['to the end of the file', '"b,1\nc,0\nno row\nd,1\n', 2, 3],
  ['to the next quote', '"b,1\nc,0\n"d, e",1\nf,0\n', 2, 2],
])('stops at a quote that is not closed and takes rows along, %s', async (_, content, rows, lines) => {
  const reason = `a quote that opens in this row is not closed where the row ends: ${rows} of the ${lines} lines after it would go with it`;
  const message = expect.stringContaining(`rows.csv:3: ${reason}`);
  await expect(readContent(`text,label\na,1\n${content}`, 'csv')).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
});
