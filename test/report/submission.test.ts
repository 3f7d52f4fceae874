/** The leaderboard's zip: what is written from a model with three heads, and every fault that a zip can have. */
import { createWriteStream } from 'node:fs';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { resolveConfig } from '../../src/config/load.js';
import { initHead } from '../../src/nn/head.js';
import { openModelFolder, writeModelFolder } from '../../src/nn/model-folder.js';
import { checkFiles, checkSubmission } from '../../src/report/submission/check.js';
import { SUBMISSION_FILES } from '../../src/report/submission/files.js';
import { writeSubmission, type SubmissionOptions } from '../../src/report/submission/write.js';
import { taskByName } from '../../src/tasks/index.js';
import { headSpec } from '../../src/train/heads.js';

const DATA = 'data/mini-glue';
const TASKS = ['mnli', 'stsb', 'rte'];
const config = resolveConfig({ set: ['runtime.threads=1'] });

let folder: string;
let modelDir: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'submission-'));
  modelDir = join(folder, 'model');
  const { bert } = await openModelFolder('models/tiny-bert', { device: 'cpu', dropout: null });
  const heads = TASKS.map((task) =>
    initHead(headSpec(taskByName(task), config.model), bert.config.hiddenSize, 'cpu', 1, 'truncated_normal'),
  );
  const info = { arm: 'multi', seed: 1, tasks: TASKS, preset: 'custom', maxLength: 64, truncation: 'reference' as const, scores: {} };
  await writeModelFolder(modelDir, { bert, heads, tokenizerFrom: 'models/tiny-bert', info });
  for (const module of [bert, ...heads]) module.dispose();
});
afterAll(() => rm(folder, { recursive: true }));

const submit = (outFile: string, fillMissing: boolean, options: Partial<SubmissionOptions> = {}) =>
  writeSubmission({
    ...{ modelDirs: [modelDir], dataDir: DATA, cacheDir: join(folder, 'cache'), outFile, fillMissing, config },
    onEvent: () => undefined,
    ...options,
  });

/** Lines of a file of a zip, its header left out. */
async function linesIn(zipFile: string, file: string): Promise<string[]> {
  const zip = await openPromise(zipFile, { lazyEntries: true });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName === file) return (await text(await zip.openReadStreamPromise(entry))).trimEnd().split('\n').slice(1);
    }
    throw new Error(`${zipFile} has no ${file}`);
  } finally {
    zip.close();
  }
}

/** A file of correct form for each of GLUE's, three rows long. */
function goodTexts(): Map<string, string> {
  return new Map(
    SUBMISSION_FILES.map(({ file, task }) => {
      const predictions = Array.from({ length: 3 }, (_, row) => `${row}\t${task.kind === 'regression' ? '2.500' : task.labels[0]}\n`);
      return [file, `index\tprediction\n${predictions.join('')}`];
    }),
  );
}

const rowCounts = new Map(SUBMISSION_FILES.map(({ file }) => [file, 3]));
const faultsOf = (texts: ReadonlyMap<string, string | Buffer>): string[] =>
  checkFiles(new Map([...texts].map(([file, text]) => [file, Buffer.from(text)])), rowCounts);

async function zipOf(entries: readonly (readonly [name: string, text: string])[]): Promise<string> {
  const path = join(folder, 'made.zip');
  const zip = new ZipFile();
  for (const [name, text] of entries) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(path)));
  return path;
}

describe('writeSubmission', () => {
  it('refuses tasks without a head by name, and leaves no file', async () => {
    const outFile = join(folder, 'refused.zip');
    await expect(submit(outFile, false)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining('no model has a head for cola, sst2, mrpc, qqp, qnli,'),
    });
    await expect(readFile(outFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('writes every file, with the rows of the test files, and the same bytes again', async () => {
    const outFile = join(folder, 'submission.zip');
    const files = await submit(outFile, true);
    expect(files.map(({ file }) => file)).toEqual(SUBMISSION_FILES.map(({ file }) => file));
    const byModel = files.filter(({ model }) => model !== null).map(({ file }) => file);
    expect(byModel).toEqual(['STS-B.tsv', 'MNLI-m.tsv', 'MNLI-mm.tsv', 'RTE.tsv', 'AX.tsv']);
    for (const [index, { task, split }] of SUBMISSION_FILES.entries()) {
      const lines = (await readFile(join(DATA, task.folder, task.splits[split]?.file ?? ''), 'utf8')).trimEnd().split('\n').length;
      expect(files[index]?.rows).toBe(lines - 1);
    }
    expect(await checkSubmission({ zipFile: outFile, dataDir: DATA })).toEqual([]);
    const first = await readFile(outFile);
    await submit(outFile, true);
    expect(await readFile(outFile)).toEqual(first);
  });

  it('has the training set’s mean for a row that cannot be read, and every other row’s own prediction', async () => {
    const dataDir = join(folder, 'damaged');
    await cp(DATA, dataDir, { recursive: true });
    const file = join(dataDir, 'STS-B', 'test.tsv');
    const rows = (await readFile(file, 'utf8')).split('\n');
    // The third row after the header: it ends before its sentences.
    rows[3] = (rows[3] ?? '').split('\t').slice(0, 5).join('\t');
    await writeFile(file, rows.join('\n'));
    const outFile = join(folder, 'damaged.zip');
    const files = await submit(outFile, true, { dataDir, config: resolveConfig({ set: ['runtime.threads=1', 'data.badRows=skip'] }) });
    const whole = await linesIn(join(folder, 'submission.zip'), 'STS-B.tsv');
    expect(new Set(whole.map((line) => line.split('\t')[1])).size).toBeGreaterThan(2);
    const scores = (await readFile(join(DATA, 'STS-B', 'train.tsv'), 'utf8')).trimEnd().split('\n').slice(1);
    const sum = scores.reduce((total, line) => total + Number(line.split('\t').at(-1)), 0);
    const mean = `2\t${(sum / scores.length).toFixed(3)}`;
    expect(whole[2]).not.toBe(mean);
    expect(await linesIn(outFile, 'STS-B.tsv')).toEqual(whole.map((line, row) => (row === 2 ? mean : line)));
    expect(files.find((own) => own.file === 'STS-B.tsv')).toMatchObject({ rows: whole.length, unreadable: 1 });
  });

  it('is counted as the official test sets without data of its own', async () => {
    const faults = await checkSubmission({ zipFile: join(folder, 'submission.zip'), dataDir: null });
    expect(faults).toContain('QQP.tsv: it has 300 predictions, the test set has 390965 rows');
    expect(faults).toHaveLength(11);
  });
});

describe('checkFiles', () => {
  it('finds nothing in files of the right form, CRLF or not', () => {
    expect(faultsOf(goodTexts())).toEqual([]);
    expect(faultsOf(new Map([...goodTexts()].map(([file, text]) => [file, text.replaceAll('\n', '\r\n')])))).toEqual([]);
  });

  it.each<[string, string, string | Buffer, string[]]>([
    [
      'a wrong header',
      'RTE.tsv',
      'id\tlabel\n0\tentailment\n1\tentailment\n2\tentailment\n',
      ['RTE.tsv:1: the header must be "index\\tprediction", not "id\\tlabel"'],
    ],
    [
      'an unknown label',
      'RTE.tsv',
      'index\tprediction\n0\t1\n1\tentailment\n2\tentailment\n',
      ['RTE.tsv:2: unknown label "1"; it must be entailment or not_entailment'],
    ],
    ['a number for a label', 'CoLA.tsv', 'index\tprediction\n0\t1.0\n1\t1\n2\t0\n', ['CoLA.tsv:2: unknown label "1.0"; it must be 0 or 1']],
    [
      'an index that jumps',
      'AX.tsv',
      'index\tprediction\n0\tneutral\n2\tneutral\n3\tneutral\n',
      ['AX.tsv:3: the index must be 1, not "2"', 'AX.tsv:4: the index must be 2, not "3"'],
    ],
    [
      'a third column',
      'QNLI.tsv',
      'index\tprediction\n0\tentailment\t.9\n1\tentailment\n2\tentailment\n',
      ['QNLI.tsv:2: 3 columns, not 2'],
    ],
    ['too few rows', 'WNLI.tsv', 'index\tprediction\n0\t1\n', ['WNLI.tsv: it has 1 predictions, the test set has 3 rows']],
    ['no number', 'STS-B.tsv', 'index\tprediction\n0\tnan\n1\t1\n2\t5\n', ['STS-B.tsv:2: "nan" is not a number']],
    [
      'a score out of range',
      'STS-B.tsv',
      'index\tprediction\n0\t5.001\n1\t-0.1\n2\t5\n',
      ['STS-B.tsv:2: 5.001 is out of range; scores lie in [0, 5]', 'STS-B.tsv:3: -0.1 is out of range; scores lie in [0, 5]'],
    ],
    ['no UTF-8', 'SST-2.tsv', Buffer.from([0xff, 0xfe, 0x00]), ['SST-2.tsv: it is no UTF-8 text']],
  ])('%s', (_name, file, text, faults) => {
    expect(faultsOf(new Map<string, string | Buffer>([...goodTexts(), [file, text]]))).toEqual(faults);
  });

  it('a missing and an unknown file', () => {
    const texts = goodTexts();
    texts.delete('QQP.tsv');
    texts.set('notes.txt', 'hello');
    expect(faultsOf(texts)).toEqual([expect.stringContaining('notes.txt: GLUE has no file of that name'), 'QQP.tsv: it is missing']);
  });

  it('names five lines of a file that is wrong throughout, and how many more there are', () => {
    const text = `index\tprediction\n${Array.from({ length: 9 }, (_, row) => `${row}\tyes\n`).join('')}`;
    const faults = checkFiles(new Map([['RTE.tsv', Buffer.from(text)]]), new Map([['RTE.tsv', 9]])).filter((fault) =>
      fault.startsWith('RTE'),
    );
    expect(faults).toHaveLength(6);
    expect(faults.at(-1)).toBe('RTE.tsv: and 4 more lines');
  });
});

describe('checkSubmission', () => {
  it('refuses files in a folder and files that are there twice', async () => {
    const entries = [...goodTexts()];
    const [first] = entries;
    const zipFile = await zipOf([...entries, first as [string, string], ['in/RTE.tsv', 'x']]);
    const faults = await checkSubmission({ zipFile, dataDir: DATA });
    expect(faults).toContain('CoLA.tsv: it is there twice');
    expect(faults).toContain('in/RTE.tsv: the files must stand in the zip itself, not in a folder');
  });

  it('says so of a cut zip, and of what is no zip', async () => {
    const cut = await zipOf([...goodTexts()]);
    await truncate(cut, 400);
    expect(await checkSubmission({ zipFile: cut, dataDir: DATA })).toEqual([
      expect.stringMatching(/made\.zip: it is no zip that can be read: /),
    ]);
    await writeFile(cut, 'index\tprediction\n');
    expect(await checkSubmission({ zipFile: cut, dataDir: DATA })).toEqual([expect.stringMatching(/it is no zip that can be read/)]);
    await expect(checkSubmission({ zipFile: join(folder, 'none.zip'), dataDir: DATA })).rejects.toMatchObject({ code: 'ERR_IO' });
  });
});
