/** JSON Lines that are none, and columns that the configuration misnames: errors of the file, not of its rows. */
import { expect, it } from 'vitest';
import { readContent } from './row-files.js';

it('stops at a column that no row has, with the keys there are', async () => {
  const message = expect.stringMatching(
    /rows\.jsonl:2: there is no column 'text'; did you mean 'txt'\? The columns are 'txt', 'label'\. The columns of a task of one's own are named under customTasks/,
  );
  await expect(readContent('no JSON\n{"txt":"a","label":1}\n{"label":2}\n', 'jsonl')).rejects.toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message,
  });
});

it('lets a row lack what others have, the first as well', async () => {
  expect(await readContent('{"label":1}\n{"text":"a","label":1}\n', 'jsonl')).toEqual([
    { line: 1, reason: "there is no column 'text'. The columns are 'label'" },
    { line: 2, cells: ['a', 1] },
  ]);
});

const rows = [{ text: 'a', label: 1 }];
it.each([
  ['an array', JSON.stringify(rows), 'a JSON array', "jq -c '.[]'"],
  ['an array over several lines', JSON.stringify(rows, null, 2), 'a JSON array', "jq -c '.[]'"],
  ['an object over several lines', JSON.stringify(rows[0], null, 2), 'JSON over several lines', 'jq -c .'],
])('says how to convert %s', async (_, content, what, command) => {
  const message = expect.stringContaining(
    `rows.jsonl:1: this is ${what}; JSON Lines have one object on each line. Convert it: ${command} /`,
  );
  await expect(readContent(`\uFEFF${content}`, 'jsonl')).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
});
