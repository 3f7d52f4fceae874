/** Hugging Face's `glue` data set against GLUE's files: the same examples from every layout, labels mapped by name. */
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasSplit, locateSplit, readExamples, taskByName, TASKS } from '../../src/tasks/index.js';
import type { BadRowPolicy, Example, OfficialTask, SplitName } from '../../src/tasks/index.js';

const OFFICIAL = 'data/mini-glue';
const FIXTURES = 'test/fixtures/hub';
/** Rows of each split in the fixtures (make_hub.py). */
const ROWS = 9;

const splitsOf = (task: OfficialTask): SplitName[] => Object.keys(task.splits) as SplitName[];

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'bornagain-hub-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

async function read(task: OfficialTask, split: SplitName, folder: string, badRows: BadRowPolicy = 'stop'): Promise<Example[]> {
  const examples: Example[] = [];
  for await (const example of readExamples(task, split, folder, { badRows })) examples.push(example);
  return examples;
}

async function official(task: OfficialTask, split: SplitName): Promise<Example[]> {
  return (await read(task, split, OFFICIAL)).slice(0, ROWS);
}

describe('examples are those of the official files', () => {
  const every = TASKS.flatMap((task) => splitsOf(task).map((split) => ({ name: task.name, split, task })));

  it.each(every)("the hub's Parquet: $name $split", async ({ task, split }) => {
    expect(await read(task, split, join(FIXTURES, 'glue'))).toEqual(await official(task, split));
  });

  it.each(every.filter(({ name }) => name === 'mnli' || name === 'stsb'))('save_to_disk: $name $split', async ({ task, split }) => {
    expect(await read(task, split, join(FIXTURES, 'saved'))).toEqual(await official(task, split));
  });

  it.each(every.filter(({ name }) => name === 'mnli'))("the library's cache: $name $split", async ({ task, split }) => {
    expect(await read(task, split, join(FIXTURES, 'cache'))).toEqual(await official(task, split));
  });

  it("the hub's converted Parquet", async () => {
    const task = taskByName('rte');
    mkdirSync(join(dataDir, 'rte/train'), { recursive: true });
    cpSync(join(FIXTURES, 'glue/rte/train-00000-of-00001.parquet'), join(dataDir, 'rte/train/0000.parquet'));
    expect(await read(task, 'train', dataDir)).toEqual(await official(task, 'train'));
  });

  it('the cache with its splits in shards', async () => {
    const task = taskByName('mnli');
    const folder = join(dataDir, 'mnli/0.0.0/abc');
    mkdirSync(folder, { recursive: true });
    for (const shard of [0, 1]) {
      cpSync(join(FIXTURES, `saved/mnli/train/data-0000${shard}-of-00002.arrow`), join(folder, `glue-train-0000${shard}-of-00002.arrow`));
    }
    expect(await read(task, 'train', dataDir)).toEqual(await official(task, 'train'));
  });
});

describe('labels', () => {
  const tasks = TASKS.filter(({ kind, splits }) => kind === 'classification' && splits.train !== undefined).map((task) => ({
    name: task.name,
    task,
  }));

  it.each(tasks)(
    '$name: by the order of the hub, where the file does not name them; any other order gives other examples',
    async ({ task }) => {
      const expected = await official(task, 'train');
      const bare = join(FIXTURES, 'bare');
      expect(await read(task, 'train', bare)).toEqual(expected);
      const { labels } = task.hub;
      for (let first = 0; first < labels.length - 1; first += 1) {
        const swapped = labels.map((each, index) => (index === first ? labels[first + 1] : index === first + 1 ? labels[first] : each));
        const wrong = { ...task, hub: { ...task.hub, labels: swapped as typeof labels } };
        expect(await read(wrong, 'train', bare)).not.toEqual(expected);
      }
    },
  );

  it("have another order than the reference's in MNLI, so that integers taken as they are would be wrong", async () => {
    const task = taskByName('mnli');
    expect(task.hub.labels.map(([name]) => name)).toEqual(['entailment', 'neutral', 'contradiction']);
    const asTheyAre = { ...task, hub: { ...task.hub, labels: task.labels.map((label) => [label, label] as const) } };
    expect(await read(asTheyAre, 'train', join(FIXTURES, 'bare'))).not.toEqual(await official(task, 'train'));
  });

  it('go by the names that the file gives its integers, where it gives any', async () => {
    const task = taskByName('mnli');
    expect(await read(task, 'train', join(FIXTURES, 'reordered'))).toEqual(await official(task, 'train'));
  });

  it('of −1 are a fault where the split has labels', async () => {
    mkdirSync(join(dataDir, 'rte'));
    const file = join(dataDir, 'rte/train-00000-of-00001.parquet');
    cpSync(join(FIXTURES, 'glue/rte/test-00000-of-00001.parquet'), file);
    const message = expect.stringContaining(`${file}:1: 'label' is null; every row needs its label`);
    await expect(read(taskByName('rte'), 'train', dataDir)).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
  });

  it('that are none of the task are a fault', async () => {
    const task = taskByName('rte');
    const wrong = { ...task, hub: { ...task.hub, labels: task.hub.labels.slice(0, 1) } };
    const message = expect.stringContaining("unknown label '1'; the labels of RTE are 0 (entailment)");
    await expect(read(wrong, 'train', join(FIXTURES, 'bare'))).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
  });
});

describe('what is there', () => {
  const task = taskByName('mnli');
  const missing = (message: string): unknown =>
    expect.objectContaining({ code: 'ERR_DATA_MISSING', message: expect.stringContaining(message) });

  it('is told by layout and split', () => {
    expect(hasSplit(task, 'dev_mismatched', join(FIXTURES, 'saved'))).toBe(true);
    expect(hasSplit(taskByName('stsb'), 'train', join(FIXTURES, 'cache'))).toBe(false);
    const { files, name, format } = locateSplit(task, 'train', join(FIXTURES, 'saved'));
    expect(files.map((file) => basename(file))).toEqual(['data-00000-of-00002.arrow', 'data-00001-of-00002.arrow']);
    expect([name, format]).toEqual([join(FIXTURES, 'saved/mnli/train'), expect.objectContaining({ format: 'arrow', textA: 'premise' })]);
  });

  it('is the official folder alone where there is one', () => {
    cpSync(join(FIXTURES, 'glue/mnli'), join(dataDir, 'mnli'), { recursive: true });
    mkdirSync(join(dataDir, 'MNLI'));
    writeFileSync(join(dataDir, 'MNLI/train.tsv'), '');
    expect(locateSplit(task, 'train', dataDir).name).toBe(join(dataDir, 'MNLI/train.tsv'));
    expect(() => locateSplit(task, 'dev', dataDir)).toThrow(missing("the official name of MNLI's dev file is dev_matched.tsv"));
  });

  it('lacks a split', () => {
    mkdirSync(join(dataDir, 'mnli'));
    cpSync(join(FIXTURES, 'glue/mnli/train-00000-of-00001.parquet'), join(dataDir, 'mnli/train-00000-of-00001.parquet'));
    expect(() => locateSplit(task, 'dev', dataDir)).toThrow(
      missing(
        `mnli/validation_matched-00000-of-00001.parquet is missing: MNLI's dev split is called 'validation_matched' in Hugging Face's data set; ` +
          `${join(dataDir, 'mnli')} holds train-00000-of-00001.parquet`,
      ),
    );
  });

  it('lacks a shard', () => {
    cpSync(join(FIXTURES, 'saved'), dataDir, { recursive: true });
    rmSync(join(dataDir, 'mnli/train/data-00000-of-00002.arrow'));
    expect(() => locateSplit(task, 'train', dataDir)).toThrow(
      missing('mnli/train/data-00000-of-00002.arrow is missing: 1 of 2 shards are there; is the download complete?'),
    );
  });

  it('is there twice', () => {
    cpSync(join(FIXTURES, 'saved'), dataDir, { recursive: true });
    cpSync(join(FIXTURES, 'glue/mnli'), join(dataDir, 'mnli'), { recursive: true });
    expect(() => locateSplit(task, 'train', dataDir)).toThrow(missing(`${join(dataDir, 'mnli')} has 'train' twice`));
  });
});

describe("MRPC's own corpus", () => {
  const task = taskByName('mrpc');
  const header = '\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n';
  const train = `${header}1\t10\t11\tA "b.\tC.\r\n0\t12\t13\tD.\tE.\r\n1\t11\t10\tF.\tG.\r\n0\t14\t15\tH.\tI.\r\n`;

  beforeEach(() => {
    mkdirSync(join(dataDir, 'MRPC'));
    writeFileSync(join(dataDir, 'MRPC/msr_paraphrase_train.txt'), train);
    writeFileSync(join(dataDir, 'MRPC/msr_paraphrase_test.txt'), `${header}1\t20\t21\tJ.\tK.\r\n`);
    writeFileSync(join(dataDir, 'MRPC/dev_ids.tsv'), '12\t13\n11\t10');
  });

  it('gives train, dev and test as the ready-made files do', async () => {
    expect(await read(task, 'train', dataDir)).toEqual([
      { id: 'train-0', textA: 'A "b.', textB: 'C.', label: 1 },
      { id: 'train-1', textA: 'H.', textB: 'I.', label: 0 },
    ]);
    expect(await read(task, 'dev', dataDir)).toEqual([
      { id: 'dev-0', textA: 'D.', textB: 'E.', label: 0 },
      { id: 'dev-1', textA: 'F.', textB: 'G.', label: 1 },
    ]);
    expect(await read(task, 'test', dataDir)).toEqual([{ id: 'test-0', textA: 'J.', textB: 'K.', label: null }]);
  });

  it('needs its list of dev pairs', () => {
    rmSync(join(dataDir, 'MRPC/dev_ids.tsv'));
    const message = expect.stringContaining("The corpus's own msr_paraphrase_train.txt with dev_ids.tsv would do as well");
    expect(() => locateSplit(task, 'dev', dataDir)).toThrow(expect.objectContaining({ code: 'ERR_DATA_MISSING', message }));
  });

  it('takes spaces, Windows line ends and blank lines in the list', async () => {
    writeFileSync(join(dataDir, 'MRPC/dev_ids.tsv'), '\uFEFF12\t13 \r\n\r\n11\t10\t\r\n');
    expect((await read(task, 'dev', dataDir)).map(({ textA }) => textA)).toEqual(['D.', 'F.']);
  });

  it.each([
    ['12\t13\n98\t99\n97\t99\n', "2 of the 3 rows it lists are not there, the first with '98\t99'"],
    ['12,13\n11,10\n', "2 of the 2 rows it lists are not there, the first with '12,13'"],
    ['\n', 'it lists no row'],
  ])('is told from the file of another list: %j', async (list, reason) => {
    const path = join(dataDir, 'MRPC/dev_ids.tsv');
    writeFileSync(path, list);
    const message = expect.stringContaining(
      `${path}: ${reason}. It tells the splits in ${join(dataDir, 'MRPC/msr_paraphrase_train.txt')} apart`,
    );
    for (const split of ['train', 'dev'] as const) {
      await expect(read(task, split, dataDir)).rejects.toMatchObject({ code: 'ERR_DATA_FORMAT', message });
    }
  });

  it('stands back where the ready-made files are there', () => {
    renameSync(join(dataDir, 'MRPC/msr_paraphrase_test.txt'), join(dataDir, 'MRPC/test.tsv'));
    cpSync('data/mini-glue/MRPC/train.tsv', join(dataDir, 'MRPC/train.tsv'));
    expect(locateSplit(task, 'train', dataDir).name).toBe(join(dataDir, 'MRPC/train.tsv'));
    expect(locateSplit(task, 'dev', dataDir)).toMatchObject({ lists: [join(dataDir, 'MRPC/dev_ids.tsv')] });
  });
});
