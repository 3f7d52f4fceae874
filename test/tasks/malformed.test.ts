/** Every kind of malformed file: the error names file and line, and `skip` counts and lists the rows it leaves out. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readExamples, locateSplit, taskByName } from '../../src/tasks/index.js';
import type { BadRowPolicy, SplitName } from '../../src/tasks/index.js';
import { readLines } from '../../src/tasks/lines.js';
import { contentOf, makeDataDir, officialFile, writeFile } from './official-files.js';

let dataDir: string;
beforeEach(() => {
  dataDir = makeDataDir();
});
afterEach(() => rmSync(dataDir, { recursive: true }));

async function readAll(task: string, split: SplitName, badRows: BadRowPolicy = 'stop') {
  const stream = readExamples(taskByName(task), split, dataDir, { badRows });
  const ids: string[] = [];
  for await (const example of stream) ids.push(example.id);
  return { ids, report: stream.report };
}

const sts = (score: string) => `0\tg\tf\ty\t1\tn\tn\tA man plays.\tA man sings.\t${score}`;
const mnliRow = (textA: string, textB: string, label: string) => `0\t1\t1n\tg\t(\t(\t(\t(\t${textA}\t${textB}\t${label}\t${label}`;

/** Task, the malformed row, the reason given. */
const BAD_ROWS: readonly (readonly [string, string | Buffer, string])[] = [
  ['cola', 'gj04\t1\tNo fourth field.', 'too few fields: 3 where 4 are expected'],
  ['cola', 'gj04\t1\t\tA tab\tinside.', 'too many fields: 5 where 4 are expected; is there a tab inside a text?'],
  ['cola', 'gj04\t2\t\tA sentence.', "unknown label '2'; the labels of CoLA are '0', '1'"],
  ['cola', 'gj04\t\t\tA sentence.', "unknown label ''; the labels of CoLA are '0', '1'"],
  ['cola', 'gj04\t1\t\t', "empty sentence: 'sentence' (column 4) has no text"],
  ['sst2', ' \u00a0\t1', "empty sentence: 'sentence' (column 1) has no text"],
  ['sst2', 'one field', 'too few fields: 1 where 2 are expected'],
  ['sst2', '', 'the line is blank'],
  ['mrpc', '1\t1\t2\t\tb', "empty sentence: '#1 String' (column 4) has no text"],
  ['qnli', '0\tq\ts\tEntailment', "unknown label 'Entailment'; the labels of QNLI are 'entailment', 'not_entailment'"],
  ['rte', '0\ta\tb\tneutral', "unknown label 'neutral'; the labels of RTE are 'entailment', 'not_entailment'"],
  ['wnli', '0\ta\tb\tentailment', "unknown label 'entailment'; the labels of WNLI are '0', '1'"],
  ['mnli', mnliRow('a', 'b', '-'), "unknown label '-'; the labels of MNLI are 'contradiction', 'entailment', 'neutral'"],
  ['mnli', mnliRow('a', '\t', 'neutral'), 'too many fields: 13 where 12 are expected; is there a tab inside a text?'],
  ['mnli', mnliRow('a', ' ', 'neutral'), "empty sentence: 'sentence2' (column 10) has no text"],
  ['qqp', '1\t2\t3\ta\tb\t?', "unknown label '?'; the labels of QQP are '0', '1'"],
  ['stsb', sts('5.001'), 'the score 5.001 is out of range; STS-B scores lie in [0, 5]'],
  ['stsb', sts('-0.1'), 'the score -0.1 is out of range; STS-B scores lie in [0, 5]'],
  ['stsb', sts('1e9'), 'the score 1e9 is out of range; STS-B scores lie in [0, 5]'],
  ['stsb', sts(''), "the score '' is not a number"],
  ['stsb', sts('nan'), "the score 'nan' is not a number"],
  ['stsb', sts('Infinity'), "the score 'Infinity' is not a number"],
  ['stsb', sts('0x1'), "the score '0x1' is not a number"],
  ['stsb', sts('3,5'), "the score '3,5' is not a number"],
  [
    'sst2',
    Buffer.from('the caf\xe9 was good\t1', 'latin1'),
    "bytes that are no UTF-8, after 'the caf'; if the file is Latin-1, convert it to UTF-8",
  ],
  ['sst2', 'a\0b\t1', 'a NUL byte at byte 2 of the line; text files hold none'],
];

describe.each(BAD_ROWS)('%s: %j', (task, bad, reason) => {
  const file = officialFile(task, 'train');
  const first = file.rows[0] ?? '';
  const headerLines = file.header === null ? 0 : 1;
  const line = headerLines + 2;

  const write = () => {
    const [before, after] = contentOf(file, [first, '<bad>', first]).split('<bad>') as [string, string];
    return writeFile(dataDir, file.path, Buffer.concat([Buffer.from(before), Buffer.from(bad), Buffer.from(after)]));
  };

  it('stops with file and line', async () => {
    const path = write();
    await expect(readAll(task, 'train')).rejects.toMatchObject({
      name: 'BornAgainError',
      code: 'ERR_DATA_FORMAT',
      message: `${path}:${line}: ${reason.replace(/[^?]$/, '$&.')} Mend the row, or skip bad rows (--skip-bad-rows) to have them left out, counted and listed`,
      details: { file: path, line, reason },
    });
  });

  it('is left out, counted and listed, and the other rows keep their ids', async () => {
    const path = write();
    const { ids, report } = await readAll(task, 'train', 'skip');
    expect(ids).toEqual(['train-0', 'train-2']);
    expect(report).toMatchObject({ examples: 2, skipped: { count: 1, rows: [{ file: path, line, reason }] }, knownOddities: { count: 0 } });
  });
});

describe('many bad rows', () => {
  it('are counted all and listed up to a bound', async () => {
    const rte = officialFile('rte', 'train');
    writeFile(dataDir, rte.path, contentOf(rte, [...rte.rows, ...Array.from({ length: 1500 }, () => 'short')]));
    const { report } = await readAll('rte', 'train', 'skip');
    expect([report.examples, report.skipped.count, report.skipped.rows.length]).toEqual([2, 1500, 1000]);
    expect(report.skipped.rows.at(-1)?.line).toBe(1003);
  });

  it('and no good one is an error under skip too', async () => {
    const rte = officialFile('rte', 'train');
    const path = writeFile(dataDir, rte.path, contentOf(rte, ['short', 'short']));
    await expect(readAll('rte', 'train', 'skip')).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: `${path}:2: too few fields: 1 where 4 are expected. None of the file's 2 rows is usable`,
    });
  });
});

describe.each(['stop', 'skip'] as const)('a file no row can be trusted in, under %s', (badRows) => {
  const rte = officialFile('rte', 'train');
  const row = rte.rows[0] ?? '';
  const cases: readonly (readonly [string, string | Buffer, number, string])[] = [
    ['empty', '', 1, 'the file is empty. Is the download complete?'],
    ['header only', `${rte.header}\n`, 1, 'the file ends after its header. Is the download complete?'],
    [
      'no header',
      `${row}\n${row}\n`,
      1,
      "wrong header: expected at least 4 columns with column 2 'sentence1', column 3 'sentence2', column 4 'label'; found 4: 0 | ",
    ],
    [
      'another header',
      `index\tpremise\thypothesis\tlabel\n${row}\n`,
      1,
      'found 4: index | premise | hypothesis | label. Is this the official file, tab-separated?',
    ],
    ['a header with commas', `${rte.header?.replaceAll('\t', ',')}\n`, 1, 'found 1: index,sentence1,sentence2,label.'],
    [
      'a Latin-1 header',
      Buffer.from('index\tsentence1\tsentence2\tlab\xe9l\n', 'latin1'),
      1,
      "bytes that are no UTF-8, after '\tsentence1\tsentence2\tlab'",
    ],
    ['UTF-16', Buffer.from(`\uFEFF${contentOf(rte)}`, 'utf16le'), 1, 'the file looks like UTF-16; convert it to UTF-8'],
    [
      'a line without end',
      Buffer.concat([Buffer.from(contentOf(rte)), Buffer.alloc(3 << 20, 'a')]),
      4,
      'a line of more than 1048576 bytes',
    ],
  ];

  it.each(cases)('%s', async (_, content, line, reason) => {
    const path = writeFile(dataDir, rte.path, content);
    const message = expect.stringContaining(reason) as string;
    await expect(readAll('rte', 'train', badRows)).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message,
      details: { file: path, line },
    });
  });
});

describe('a header whose last column is what counts', () => {
  it('is named so', async () => {
    const mnli = officialFile('mnli', 'dev');
    writeFile(dataDir, mnli.path, contentOf(mnli).replace('gold_label', 'label6'));
    const message = expect.stringContaining("column 9 'sentence1', column 10 'sentence2', last column 'gold_label'; found 16:") as string;
    await expect(readAll('mnli', 'dev')).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
  });

  it("is not accepted from another split's file", async () => {
    writeFile(dataDir, 'MNLI/dev_matched.tsv', contentOf(officialFile('mnli', 'train')));
    const message = expect.stringContaining('expected at least 16 columns') as string;
    await expect(readAll('mnli', 'dev')).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
  });
});

describe('what is not there', () => {
  const missing = (message: string): unknown => expect.objectContaining({ code: 'ERR_DATA_MISSING', message });

  it('the data directory', () => {
    const absent = join(dataDir, 'absent');
    expect(() => locateSplit(taskByName('rte'), 'dev', absent)).toThrow(
      missing(`${absent}/RTE/dev.tsv is missing: the data directory ${absent} does not exist or is no directory`),
    );
    const file = writeFile(dataDir, 'file', '');
    expect(() => locateSplit(taskByName('rte'), 'dev', file)).toThrow(
      missing(`${file}/RTE/dev.tsv is missing: the data directory ${file} does not exist or is no directory`),
    );
  });

  it('the folder', () => {
    expect(() => locateSplit(taskByName('rte'), 'dev', dataDir)).toThrow(
      missing(`${dataDir}/RTE/dev.tsv is missing: the official folder of RTE is called RTE; ${dataDir} holds nothing`),
    );
    for (const name of ['CoLA', 'WNLI']) mkdirSync(join(dataDir, name));
    expect(() => locateSplit(taskByName('rte'), 'dev', dataDir)).toThrow(
      missing(`${dataDir}/RTE/dev.tsv is missing: the official folder of RTE is called RTE; ${dataDir} holds CoLA, WNLI`),
    );
  });

  it.each([
    ['sst2', 'SST2', 'SST-2'],
    ['sst2', 'SST', 'SST-2'],
    ['cola', 'cola', 'CoLA'],
    ['stsb', 'STS_B', 'STS-B'],
    ['qnli', 'QNLIv2', 'QNLI'],
    ['ax', 'AX', 'diagnostic'],
  ])("%s's folder under the name %s", (task, found, official) => {
    writeFile(dataDir, `${found}/test.tsv`, 'x');
    mkdirSync(join(dataDir, '__MACOSX'));
    const message = expect.stringContaining(`is called ${official}; there is ${join(dataDir, found)}: rename it to ${official}`) as string;
    expect(() => locateSplit(taskByName(task), 'test', dataDir)).toThrow(missing(message));
  });

  it('the file', () => {
    writeFile(dataDir, 'MNLI/dev.tsv', 'x');
    writeFile(dataDir, 'MNLI/train.tsv', 'x');
    expect(() => readExamples(taskByName('mnli'), 'dev', dataDir, { badRows: 'stop' })).toThrow(
      missing(
        `${dataDir}/MNLI/dev_matched.tsv is missing: the official name of MNLI's dev file is dev_matched.tsv; ${dataDir}/MNLI holds dev.tsv, train.tsv`,
      ),
    );
    mkdirSync(join(dataDir, 'MNLI/dev_matched.tsv'));
    expect(() => locateSplit(taskByName('mnli'), 'dev', dataDir)).toThrow(
      missing(`${dataDir}/MNLI/dev_matched.tsv is missing: it is no regular file`),
    );
  });

  it('what a link leads to', () => {
    mkdirSync(join(dataDir, 'RTE'));
    const link = join(dataDir, 'RTE/dev.tsv');
    symlinkSync(join(dataDir, 'gone.tsv'), link);
    expect(() => locateSplit(taskByName('rte'), 'dev', dataDir)).toThrow(
      missing(`${link} is missing: it is a link to a file that is not there`),
    );
  });

  it('the end of a circle of links', () => {
    mkdirSync(join(dataDir, 'RTE'));
    const link = join(dataDir, 'RTE/dev.tsv');
    symlinkSync(link, link);
    expect(() => locateSplit(taskByName('rte'), 'dev', dataDir)).toThrow(
      expect.objectContaining({ code: 'ERR_IO', message: expect.stringContaining(`cannot read ${link}: ELOOP`) }),
    );
  });

  it('what the system can not read', async () => {
    const read = async () => {
      for await (const lines of readLines(dataDir)) expect(lines).toBeDefined();
    };
    const message = expect.stringContaining(`cannot read ${dataDir}: EISDIR`) as string;
    await expect(read()).rejects.toMatchObject({ code: 'ERR_IO', message, details: { file: dataDir } });
  });
});
