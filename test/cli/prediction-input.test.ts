/** Lines to rows, and the message for each kind of line that is none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPredictionRows } from '../../src/cli/prediction-input.js';
import { taskByName } from '../../src/tasks/index.js';
import type { PredictionRow } from '../../src/train/predictor.js';

let file: string;
beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), 'bornagain-predict-')), 'in.tsv');
});
afterAll(() => {
  rmSync(join(file, '..'), { recursive: true });
});

async function read(task: string, content: string | Uint8Array): Promise<{ rows: PredictionRow[]; error: string | null }> {
  writeFileSync(file, content);
  const rows: PredictionRow[] = [];
  try {
    for await (const some of readPredictionRows(file, taskByName(task))) rows.push(...some);
    return { rows, error: null };
  } catch (error) {
    return { rows, error: (error as Error).message.replace(file, 'in.tsv') };
  }
}

describe('readPredictionRows', () => {
  it('reads pairs and single texts, quotes, line ends of Windows, a separator of Unicode and a last line without an end', async () => {
    const a = 'He said "no.\u2028';
    expect(await read('rte', `\uFEFF${a}\tB\r\nC\tD`)).toEqual({
      rows: [
        { textA: a, textB: 'B' },
        { textA: 'C', textB: 'D' },
      ],
      error: null,
    });
    expect(await read('cola', 'One text.\n')).toEqual({ rows: [{ textA: 'One text.', textB: null }], error: null });
    expect((await read('ax', 'A\tB\n')).rows).toHaveLength(1);
    expect(await read('rte', '')).toEqual({ rows: [], error: null });
  });

  it.each([
    ['rte', 'A\tB\nC\n', 'in.tsv:2: RTE takes two texts separated by one tab, this line has 1 field'],
    ['rte', 'A\tB\nC\tD\tE\n', 'in.tsv:2: RTE takes two texts separated by one tab, this line has 3 fields'],
    ['sst2', 'A\nB\tC\n', 'in.tsv:2: SST-2 takes one text without a tab, this line has 2 fields'],
    ['rte', 'A\tB\nC\t \n', 'in.tsv:2: empty sentence: field 2 has no text'],
    ['sst2', 'A\n\nB\n', 'in.tsv:2: the line is blank; each line is an example'],
    [
      'sst2',
      Uint8Array.of(0x41, 0x0a, 0x63, 0xe9, 0x0a),
      "in.tsv:2: bytes that are no UTF-8, after 'c'; if the file is Latin-1, convert it to UTF-8",
    ],
  ])('%s: %j', async (task, content, message) => {
    const { rows, error } = await read(task, content);
    expect(error).toBe(message);
    expect(rows).toHaveLength(1);
  });
});
