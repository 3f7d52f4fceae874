/** Examples of a task out of the configuration, from its files: content, ids, and every fault with its file and line. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { readExamples, taskRegistry, type BadRowPolicy, type Example, type SplitName, type TaskDefinition } from '../../src/tasks/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const FILES = { train: 'own/train.csv', dev: 'own/dev.csv' };
const { byName } = taskRegistry(
  configSchema.parse({
    customTasks: {
      moods: { kind: 'classification', files: FILES, columns: { textA: 'text', label: 'mood' }, labels: ['sad, or not', '1'] },
      near: {
        kind: 'regression',
        files: { train: 'near.jsonl', dev: 'near.jsonl', test: 'near.jsonl' },
        columns: { textA: 'a', textB: 'b', label: 'score' },
        scoreRange: [-2, 2],
      },
    },
  }),
);

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'bornagain-own-'));
  mkdirSync(join(dataDir, 'own'));
});
afterAll(() => {
  rmSync(dataDir, { recursive: true });
});

const write = (name: string, content: string): void => {
  writeFileSync(join(dataDir, name), content);
};

async function readAll(task: string, split: SplitName, badRows: BadRowPolicy = 'stop') {
  const stream = readExamples(byName(task), split, dataDir, { badRows });
  const examples: Example[] = [];
  for await (const example of stream) examples.push(example);
  return { examples, report: stream.report };
}

describe('examples', () => {
  it('of one text, with the class of its label', async () => {
    write('own/train.csv', 'text,mood\n"I said ""no"",\nand left.","sad, or not"\nFine,1\n');
    expect((await readAll('moods', 'train')).examples).toEqual([
      { id: 'train-0', textA: 'I said "no",\nand left.', textB: null, label: 0 },
      { id: 'train-1', textA: 'Fine', textB: null, label: 1 },
    ]);
  });

  it('of two texts, with scores scaled to [0, 1], as numbers or as texts', async () => {
    write('near.jsonl', '{"a":"x","b":"y","score":-2}\n{"a":"p","b":"q","score":"1.0"}\n{"score":2e0,"b":"s","a":"r"}\n');
    expect((await readAll('near', 'test')).examples).toEqual([
      { id: 'test-0', textA: 'x', textB: 'y', label: 0 },
      { id: 'test-1', textA: 'p', textB: 'q', label: 0.75 },
      { id: 'test-2', textA: 'r', textB: 's', label: 1 },
    ]);
  });
});

describe('tables of pyarrow and of Hugging Face', () => {
  const task = (file: string, columns: { textA: string; textB?: string; label: string }, labels: string[]): TaskDefinition =>
    taskRegistry(
      configSchema.parse({ customTasks: { own: { kind: 'classification', files: { train: file, dev: file }, columns, labels } } }),
    ).byName('own');

  async function read(definition: TaskDefinition, folder: string): Promise<Example[]> {
    const examples: Example[] = [];
    for await (const example of readExamples(definition, 'train', folder, { badRows: 'skip' })) examples.push(example);
    return examples;
  }

  it.each(['snappy.parquet', 'stream.arrow'])('%s: numbers are labels as they are printed, ids go by row', async (file) => {
    const labels = Array.from({ length: 119 }, (_, index) => String(index - 1));
    const examples = await read(task(file, { textA: 'text', label: 'number' }, labels), 'test/fixtures/rows');
    const table = JSON.parse(readFileSync('test/fixtures/rows/tables.json', 'utf8')) as [string | null, number | null][];
    const expected = table.flatMap(([text, number], row) =>
      (text ?? '').trim() === '' || number === null ? [] : [{ id: `train-${row}`, textA: text, textB: null, label: number + 1 }],
    );
    expect(examples).toEqual(expected);
  });

  it.each(['glue/mnli/train-00000-of-00001.parquet', 'cache/mnli/0.0.0/bcdcba79d07bc864/glue-train.arrow'])(
    '%s: named classes are labels by their names, in the order of the configuration',
    async (file) => {
      const labels = ['neutral', 'entailment', 'contradiction'];
      const examples = await read(task(file, { textA: 'premise', textB: 'hypothesis', label: 'label' }, labels), 'test/fixtures/hub');
      const expected: Example[] = [];
      for await (const example of readExamples(byName('mnli'), 'train', 'data/mini-glue', { badRows: 'stop' })) expected.push(example);
      const names = byName('mnli').labels;
      expect(examples).toEqual(
        expected.slice(0, examples.length).map((example) => ({ ...example, label: labels.indexOf(names[example.label ?? -1] ?? '') })),
      );
      expect(examples.length).toBe(9);
    },
  );
});

it.each([
  ['csv', 'text,mood\n', '"a ""long"" enough text about nothing at all,\nand nothing more",1\n'],
  ['jsonl', '', '{"text":"a long enough text about nothing at all, and nothing more","mood":1,"unused":"about as long as what is used"}\n'],
])('a long file is streamed: 100,000 rows of %s keep the heap flat', async (format, header, row) => {
  writeLongFile(format, header, row);
  let count = 0;
  const held: number[] = [];
  for await (const example of readExamples(longTask(format), 'train', dataDir, { badRows: 'stop' })) {
    count += example.label ?? 0;
    if (count % 20_000 === 0) held.push(heapBytes());
  }
  rmSync(join(dataDir, `long.${format}`));
  expect(count).toBe(100_000);
  // Read buffers and the rows of one of them come and go; the 80,000 rows after the first measurement would be over 12 MB.
  expect(Math.max(...held) - (held[0] ?? 0)).toBeLessThan(6e6);
});

describe('faults', () => {
  const bad = 'text,mood\n"two\nlines",1\n,1\nx,2\ny,1,1\nz,1\n';

  it('stop at the first bad row, with file, line and what to do', async () => {
    write('own/dev.csv', bad);
    const message = `${join(dataDir, 'own/dev.csv')}:4: 'text' has no text. Mend the row, or skip bad rows (--skip-bad-rows) to have them left out, counted and listed`;
    await expect(readAll('moods', 'dev')).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message, details: { line: 4 } });
  });

  it('are skipped, counted and listed on demand; the other rows keep their ids', async () => {
    write('own/dev.csv', bad);
    const { examples, report } = await readAll('moods', 'dev', 'skip');
    expect(examples.map(({ id, textA }) => [id, textA])).toEqual([
      ['dev-0', 'two\nlines'],
      ['dev-4', 'z'],
    ]);
    expect(report.skipped.rows.map(({ line, reason }) => [line, reason])).toEqual([
      [4, "'text' has no text"],
      [5, "unknown label '2'; the labels of moods are 'sad, or not', '1'"],
      [6, '3 fields where the header has 2; a text with a comma must stand in quotes'],
    ]);
  });

  it.each([
    ['{"a":1,"b":"y","score":0}', "'a' is a number (1), no text"],
    ['{"a":"x","b":null,"score":0}', "'b' is null; every row needs its text"],
    ['{"a":"x","b":"  ","score":0}', "'b' has no text"],
    ['{"a":"x","b":"y","score":null}', "'score' is null; every row needs its label"],
    ['{"a":"x","b":"y","score":2.5}', 'the score 2.5 is out of range; near scores lie in [-2, 2]'],
    ['{"a":"x","b":"y","score":"high"}', "the score 'high' is not a number"],
    ['{"a":"x","b":"y"}', "there is no column 'score'. The columns are 'a', 'b'"],
  ])('%s', async (row, reason) => {
    write('near.jsonl', `{"a":"x","b":"y","score":0}\n${row}\n`);
    const message = expect.stringContaining(`${join(dataDir, 'near.jsonl')}:2: ${reason}.`);
    await expect(readAll('near', 'train')).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
  });

  it.each([
    ['', 'the file is empty'],
    ['text,mood\n', 'the file ends after its header'],
  ])('a file without examples: %j', async (content, reason) => {
    write('own/dev.csv', content);
    await expect(readAll('moods', 'dev', 'skip')).rejects.toMatchObject({ message: expect.stringContaining(`dev.csv:1: ${reason}`) });
  });

  it('a file that is not there, with what is', async () => {
    write('own/dev.csv', 'text,mood\na,1\n');
    rmSync(join(dataDir, 'own/train.csv'), { force: true });
    const message = `${join(dataDir, 'own/train.csv')} is missing: customTasks.moods.files.train names it, relative to the data folder; ${join(dataDir, 'own')} holds dev.csv`;
    await expect(readAll('moods', 'train')).rejects.toMatchObject({ code: 'ERR_DATA_MISSING', message });
    rmSync(join(dataDir, 'near.jsonl'), { force: true });
    await expect(readAll('near', 'train')).rejects.toMatchObject({ message: expect.stringContaining(`${dataDir} holds own`) });
  });

  it('a split that the task does not have', async () => {
    await expect(readAll('moods', 'test')).rejects.toMatchObject({ message: "moods has no split 'test'; it has train, dev" });
  });
});

/** Apart from the test, whose frame would hold the content while the heap is measured. */
function writeLongFile(format: string, header: string, row: string): void {
  write(`long.${format}`, header + row.repeat(100_000));
}

function longTask(format: string): TaskDefinition {
  const file = `long.${format}`;
  const long = { kind: 'classification', files: { train: file, dev: file }, columns: { textA: 'text', label: 'mood' }, labels: ['0', '1'] };
  return taskRegistry(configSchema.parse({ customTasks: { long } })).byName('long');
}

function heapBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
