/** Lines to rows, and the message for each kind of line that is none. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPredictionRows } from '../../src/cli/prediction-input.js';
import { configSchema } from '../../src/config/schema.js';
import { readExamples, taskByName, taskRegistry } from '../../src/tasks/index.js';
import type { TaskDefinition } from '../../src/tasks/types.js';
import type { PredictionRow } from '../../src/train/predictor.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bornagain-predict-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Read {
  readonly rows: PredictionRow[];
  readonly error: string | null;
}

function read(task: string, content: string | Uint8Array): Promise<Read> {
  return readNamed('in.tsv', taskByName(task), content);
}

function readNamed(name: string, task: TaskDefinition, content: string | Uint8Array): Promise<Read> {
  const file = join(folder, name);
  writeFileSync(file, content);
  return readFrom(file, task);
}

async function readFrom(file: string, task: TaskDefinition): Promise<Read> {
  const rows: PredictionRow[] = [];
  try {
    for await (const some of readPredictionRows(file, task)) rows.push(...some);
    return { rows, error: null };
  } catch (error) {
    return { rows, error: (error as Error).message.replace(file, basename(file)) };
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

describe('a file with columns', () => {
  const described = {
    kind: 'classification',
    files: { train: 'train.csv', dev: 'dev.csv' },
    columns: { textA: 'Review Text', label: 'Sentiment' },
    labels: ['negative', 'positive'],
  };
  const task = taskRegistry(configSchema.parse({ customTasks: { reviews: described } })).byName('reviews');

  it('is read by those of the task, whatever their order, labels or none', async () => {
    const expected = { rows: ['One, "two"\nthree', 'Four'].map((textA) => ({ textA, textB: null })), error: null };
    expect(await readNamed('in.csv', task, '\uFEFFId,Review Text\n1,"One, ""two""\nthree"\n2,Four\n')).toEqual(expected);
    expect(await readNamed('in.CSV', task, 'Sentiment,Review Text\n?,"One, ""two""\nthree"\n,Four\n')).toEqual(expected);
    const lines = expected.rows.map(({ textA }) => JSON.stringify({ id: 1, 'Review Text': textA })).join('\n');
    expect(await readNamed('in.jsonl', task, lines)).toEqual(expected);
    expect(await readNamed('in.json', task, lines)).toEqual(expected);
    const separated = taskRegistry(configSchema.parse({ customTasks: { reviews: { ...described, delimiter: ';' } } })).byName('reviews');
    expect(await readNamed('in.csv', separated, 'Id;Review Text\n1;"One, ""two""\nthree"\n2;Four\n')).toEqual(expected);
  });

  it("of the hub's data set is read for a task of GLUE", async () => {
    const hub = 'test/fixtures/hub/bare';
    for (const name of ['cola', 'mnli']) {
      const expected: PredictionRow[] = [];
      for await (const { textA, textB } of readExamples(taskByName(name), 'train', hub, { badRows: 'stop' }))
        expected.push({ textA, textB });
      expect(expected.length).toBeGreaterThan(5);
      expect(await readFrom(`${hub}/${name}/train-00000-of-00001.parquet`, taskByName(name))).toEqual({ rows: expected, error: null });
    }
  });

  it('stops at a row that is no example, and tells of a column that is not there', async () => {
    const { rows, error } = await readNamed('in.csv', task, 'Review Text\nOne\n" "\nThree\n');
    expect([rows.length, error]).toEqual([1, "in.csv:3: 'Review Text' has no text"]);
    expect((await readNamed('in.csv', task, 'A great film\nA bad film\n')).error).toMatch(/^in.csv:1: there is no column 'Review Text'/);
  });

  it('is refused where nobody names the columns, never taken for lines', async () => {
    const { rows, error } = await readNamed('in.csv', { ...task, splits: {} }, 'Review Text\nOne\n');
    expect(rows).toEqual([]);
    expect(error).toMatch(/^in.csv is taken for csv by its ending, .* the texts of reviews. Give the configuration .*\(--config\)/);
  });
});

it.each([
  ['Parquet', readFileSync('test/fixtures/hub/bare/rte/train-00000-of-00001.parquet'), 'Parquet; give it the ending .parquet'],
  ['Arrow', Buffer.from('ARROW1\0\0\xff\n', 'latin1'), 'Arrow (Feather); give it the ending .arrow'],
  ['a zip of stored files', Buffer.from('PK\x03\x04\n\0\0', 'latin1'), 'a zip archive'],
  ['a zip', Buffer.from('PK\x03\x04\x14\0\n', 'latin1'), 'a zip archive'],
  ['gzip', gzipSync('A text.\n'), 'a gzip archive; unpack it'],
])('%s under the ending of text is told for what it is', async (_, content, what) => {
  expect((await readNamed('in.txt', taskByName('sst2'), content)).error).toContain(
    `in.txt:1: bytes that are no text: the file looks like ${what}`,
  );
});
