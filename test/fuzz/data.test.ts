/** Data files, damaged: GLUE's nine tasks and the diagnostic, one's own, tokenised and teachers' Arrow files, configurations, input lines. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { readPredictionRows } from '../../src/cli/prediction-input.js';
import { resolveConfig } from '../../src/config/load.js';
import { cacheKey, readCacheFile } from '../../src/data/cache-file.js';
import { prepareSplit } from '../../src/data/prepare.js';
import { TeacherOutputs, writeTeacherOutputs } from '../../src/distill/teacher-store.js';
import { readExamples, splitFormat, taskByName, taskRegistry, TASKS } from '../../src/tasks/index.js';
import { readRows } from '../../src/tasks/rows/index.js';
import type { OfficialTask, SplitName, TaskDefinition } from '../../src/tasks/types.js';
import { sha256File } from '../../src/util/hash.js';
import { fixtureTokenizer, SmallGlue } from '../data/small-glue.js';
import { checkTargets } from './lib/check.js';
import type { FuzzTarget } from './lib/fuzz.js';
import { mutateBytes, mutateJson, mutateText, several } from './lib/mutate.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROWS = 12;

/** The first lines of a file. */
async function head(path: string): Promise<Buffer> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, ROWS);
  return Buffer.from(lines.join('\n') + '\n');
}

/** Both policies for bad rows; the stricter one last, for it is the one that refuses. */
function readSplit(task: TaskDefinition, split: SplitName): (folder: string) => Promise<void> {
  return async (folder) => {
    for (const badRows of ['skip', 'stop'] as const) {
      for await (const example of readExamples(task, split, folder, { badRows })) void example;
    }
  };
}

/** The files of one split. Another format of people's own files is one more call. */
function rowsTarget(task: TaskDefinition, split: SplitName, bytes: () => Promise<Buffer>, cases: number): () => Promise<FuzzTarget> {
  return async () => {
    const { file } = splitFormat(task, split);
    const name = task.folder === null ? file : join(task.folder, file);
    const files = { [name]: { bytes: await bytes(), mutate: several(mutateText, mutateBytes) } };
    return { cases, files, read: readSplit(task, split) };
  };
}

const OWN = join(ROOT, 'examples/own-tasks');
const { byName } = taskRegistry(resolveConfig({ file: join(OWN, 'config.json') }));
const NOTES_TSV: TaskDefinition = {
  ...byName('notes'),
  splits: { train: { file: 'notes.tsv', format: 'tsv', textA: 'note', textB: null, label: 'kind', classes: [] } },
};
const TSV = 'number\tnote\tkind\n1\tThe cook was "stale", and late.\tcomplaint\n2\tWhere is it?\tquestion\n3\tVery good\tpraise\n';

/** A table of pyarrow's (test/fixtures/rows/make_tables.py). */
function tableTarget(file: string): () => Promise<FuzzTarget> {
  return async () => ({
    cases: 300,
    files: { [file]: { bytes: await readFile(join(ROOT, 'test/fixtures/rows', file)), mutate: mutateBytes } },
    read: async (folder) => {
      const format = file.endsWith('.arrow') ? 'arrow' : 'parquet';
      for await (const rows of readRows(join(folder, file), format, ['text', 'number', 'decimal', 'flag'])) void rows;
    },
  });
}

function officialPath(task: OfficialTask, split: SplitName): string {
  return join(ROOT, 'data/mini-glue', task.folder, splitFormat(task, split).file);
}

const glue = TASKS.map((task) => {
  const split: SplitName = task.splits.train === undefined ? 'test' : 'train';
  return [`${task.title}'s ${split} file`, rowsTarget(task, split, () => head(officialPath(task, split)), 130)] as const;
});

/** A tokenised split and a teacher's outputs for it, as files. */
async function arrowFiles(): Promise<{
  cache: Buffer;
  teacher: Buffer;
  key: string;
  dataset: Awaited<ReturnType<typeof prepareSplit>>['dataset'];
}> {
  const small = new SmallGlue();
  const dir = await mkdtemp(join(tmpdir(), 'bornagain-fuzz-make-'));
  try {
    const file = small.mrpc();
    const tokenizer = await fixtureTokenizer();
    const options = small.options(tokenizer);
    const { dataset, report } = await prepareSplit(options);
    const teacher = join(dir, 'teacher.arrow');
    await writeTeacherOutputs(teacher, 'hash', dataset, new Float32Array(2 * dataset.size));
    const source = { format: splitFormat(options.task, options.split), hash: await sha256File(file) };
    const key = cacheKey(options, source, tokenizer);
    return { cache: await readFile(report.cacheFile), teacher: await readFile(teacher), key, dataset };
  } finally {
    small.remove();
    await rm(dir, { recursive: true });
  }
}

describe('a damaged data file', () => {
  checkTargets(2500, {
    ...Object.fromEntries(glue),
    "one's own CSV": rowsTarget(byName('notes'), 'train', () => head(join(OWN, 'data/notes/train.csv')), 300),
    "one's own JSON Lines": rowsTarget(byName('alike'), 'train', () => head(join(OWN, 'data/alike/train.jsonl')), 300),
    "one's own TSV": rowsTarget(NOTES_TSV, 'train', () => Promise.resolve(Buffer.from(TSV)), 200),
    'a Parquet file with pages of version 2': tableTarget('indexed.parquet'),
    'a tokenised split': async () => {
      const { cache, key } = await arrowFiles();
      return {
        cases: 200,
        files: { 'split.arrow': { bytes: cache, mutate: mutateBytes } },
        read: async (folder) => void (await readCacheFile(join(folder, 'split.arrow'), key, { task: taskByName('mrpc'), split: 'train' })),
      };
    },
    "a teacher's outputs": async () => {
      const { teacher, dataset } = await arrowFiles();
      return {
        cases: 200,
        files: { 'teacher.arrow': { bytes: teacher, mutate: mutateBytes } },
        read: async (folder) => void (await TeacherOutputs.open(join(folder, 'teacher.arrow'), { teacherHash: 'hash', dataset })),
      };
    },
    'a configuration': async () => ({
      cases: 400,
      files: { 'config.json': { bytes: await readFile(join(OWN, 'config.json')), mutate: mutateJson } },
      read: (folder) => Promise.resolve().then(() => void resolveConfig({ file: join(folder, 'config.json') })),
    }),
    'input lines of predict': () =>
      Promise.resolve({
        cases: 200,
        files: { 'input.tsv': { bytes: Buffer.from('A dog sleeps.\tAn animal sleeps.\nOne\tTwo\n'), mutate: mutateText } },
        read: async (folder) => {
          for await (const rows of readPredictionRows(join(folder, 'input.tsv'), taskByName('rte'))) void rows;
        },
      }),
  });
});
