/** Reading files in GLUE's official form: every split of every task, and what the form allows (CRLF, a byte order mark, stray quotes). */
import { rmSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readExamples, locateSplit, TASKS, taskByName } from '../../src/tasks/index.js';
import type { BadRowPolicy, Example, SplitName } from '../../src/tasks/index.js';
import { contentOf, makeDataDir, OFFICIAL_FILES, officialFile, writeFile } from './official-files.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let dataDir: string;
beforeEach(() => {
  dataDir = makeDataDir();
});
afterEach(() => rmSync(dataDir, { recursive: true }));

async function readAll(task: string, split: SplitName, badRows: BadRowPolicy = 'stop') {
  const stream = readExamples(taskByName(task), split, dataDir, { badRows });
  const examples: Example[] = [];
  for await (const example of stream) examples.push(example);
  return { examples, report: stream.report };
}

describe('official files', () => {
  it('are listed here for every split of every task', () => {
    const known = TASKS.flatMap((task) => Object.keys(task.splits).map((split) => `${task.name} ${split}`));
    expect(OFFICIAL_FILES.map((file) => `${file.task} ${file.split}`).sort()).toEqual(known.sort());
  });

  it.each(OFFICIAL_FILES)('$task $split', async (file) => {
    const path = writeFile(dataDir, file.path, contentOf(file));
    expect(locateSplit(taskByName(file.task), file.split, dataDir).name).toBe(path);
    const { examples, report } = await readAll(file.task, file.split);
    expect(examples).toEqual(file.examples.map(([textA, textB, label], row) => ({ id: `${file.split}-${row}`, textA, textB, label })));
    expect(report.file).toBe(path);
    expect([report.examples, report.skipped.count, report.knownOddities.count]).toEqual([file.rows.length, 0, 0]);
  });
});

describe('what the form allows', () => {
  const rte = officialFile('rte', 'dev');
  const expected = rte.examples.map(([textA, textB, label], row) => ({ id: `dev-${row}`, textA, textB, label }));

  it('CRLF line ends', async () => {
    writeFile(dataDir, rte.path, contentOf(rte, rte.rows, '\r\n'));
    expect((await readAll('rte', 'dev')).examples).toEqual(expected);
  });

  it('no line end after the last row', async () => {
    writeFile(dataDir, rte.path, contentOf(rte).trimEnd());
    expect((await readAll('rte', 'dev')).examples).toEqual(expected);
  });

  it('a byte order mark, before a header and before a first row', async () => {
    writeFile(dataDir, rte.path, '\uFEFF' + contentOf(rte));
    expect((await readAll('rte', 'dev')).examples).toEqual(expected);
    const cola = officialFile('cola', 'train');
    writeFile(dataDir, cola.path, '\uFEFF' + contentOf(cola));
    expect((await readAll('cola', 'train')).examples.map((example) => example.textA)).toEqual(cola.examples.map(([text]) => text));
  });

  it('quotes, lone or paired, carriage returns and U+2028 inside a text are text', async () => {
    const texts = ['"', '""', '"quoted"', 'say "', "'", 'a\rb', 'a\u2028b', 'a\u0085b', '東京 😀'];
    writeFile(
      dataDir,
      rte.path,
      contentOf(
        rte,
        texts.map((text, i) => `${i}\t${text}\tx\tentailment`),
      ),
    );
    expect((await readAll('rte', 'dev')).examples.map((example) => example.textA)).toEqual(texts);
  });

  it('lines that cross the read buffer, multi-byte characters cut by it', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => '東'.repeat(9000 + i));
    writeFile(
      dataDir,
      rte.path,
      contentOf(
        rte,
        texts.map((text, i) => `${i}\t${text}\tx\tentailment`),
      ),
    );
    const { examples } = await readAll('rte', 'dev');
    expect(examples.map((example) => example.textA.length)).toEqual(texts.map((text) => text.length));
    expect(examples.at(-1)).toEqual({ id: 'dev-39', textA: texts.at(-1), textB: 'x', label: 0 });
  });

  it('further named columns', async () => {
    writeFile(dataDir, rte.path, 'index\tsentence1\tsentence2\tlabel\tnote\n0\ta\tb\tentailment\tmine\n');
    expect((await readAll('rte', 'dev')).examples).toEqual([{ id: 'dev-0', textA: 'a', textB: 'b', label: 0 }]);
  });
});

describe("QQP's rows with missing fields", () => {
  const qqp = officialFile('qqp', 'train');
  // As in the official file: a question with line ends inside, whose pieces are rows of their own, and an empty question.
  const rows = [
    '1\t1\t2\tIs it?\tIt is?\t1',
    '2\t3\t4\tDid he exist? "\\',
    '"\tWas he real?\t0',
    '',
    '5\t5\t6\tHow to write an app?\t\t0',
    '3\t7\t8\tWhy?\tWhy not?\t0',
  ];
  const oddities = (file: string) => [
    { file, line: 3, reason: 'too few fields: 4 where 6 are expected' },
    { file, line: 4, reason: 'too few fields: 3 where 6 are expected' },
    { file, line: 5, reason: 'the line is blank' },
    { file, line: 6, reason: "empty sentence: 'question2' (column 5) has no text" },
  ];

  it.each(['stop', 'skip'] as const)('are dropped, counted and reported under %s', async (badRows) => {
    const path = writeFile(dataDir, qqp.path, contentOf(qqp, rows));
    const { examples, report } = await readAll('qqp', 'train', badRows);
    expect(examples.map((example) => example.id)).toEqual(['train-0', 'train-5']);
    expect(report).toMatchObject({ examples: 2, skipped: { count: 0 }, knownOddities: { count: 4, rows: oddities(path) } });
  });

  it('excuse nothing else', async () => {
    const path = writeFile(dataDir, qqp.path, contentOf(qqp, [...rows, '4\t1\t2\tWhat?\tWhen?\tyes']));
    await expect(readAll('qqp', 'train')).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', details: { file: path, line: 8 } });
  });
});

describe('a long file', () => {
  it('is streamed: 200,000 rows keep the heap flat', async () => {
    writeLongFile();
    let peak = 0;
    let count = 0;
    const before = heapBytes();
    for await (const example of readExamples(taskByName('sst2'), 'train', dataDir, { badRows: 'stop' })) {
      count += example.label ?? 0;
      if (count % 20_000 === 0) peak = Math.max(peak, heapBytes() - before);
    }
    expect(count).toBe(200_000);
    // About 3 MB of read buffers; the rows kept as strings would be 36 MB.
    expect(peak).toBeLessThan(12e6);
  });
});

/** Apart from the test, whose frame would hold the content while the heap is measured. */
function writeLongFile(): void {
  const sst2 = officialFile('sst2', 'train');
  const row = `${'a long enough sentence about nothing at all , '.repeat(3)}\t1`;
  writeFile(dataDir, sst2.path, `${sst2.header}\n${`${row}\n`.repeat(200_000)}`);
}

/** Live heap and buffers, after a full collection. */
function heapBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
