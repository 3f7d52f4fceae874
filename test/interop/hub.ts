/** GLUE as Hugging Face's library writes it, and tables of pyarrow's, read back: every example equal to the one in the official file. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readExamples, TASKS, type Example, type OfficialTask, type SplitName } from '../../src/tasks/index.js';
import { readRows, type Cell } from '../../src/tasks/rows/index.js';
import { createRandom } from '../../src/util/random.js';
import type { Comparison, Finding } from './lib/comparison.js';
import { MINI_GLUE } from './lib/mini-glue.js';

const ROWS = 2000;
const PIECES = ['"', ',', '\n', '\r\n', '\t', ' ', 'a', 'word', "it's", 'é', '日本', '🙂', '\u200d', '\ufeff', '', '\\', '\u0301'];

interface Answer {
  /** Folder of each layout, below the scratch folder. */
  readonly layouts: Readonly<Record<string, string>>;
  readonly tables: readonly string[];
}

export const comparison: Comparison = {
  what: "Hugging Face's data sets as its library writes them",
  async run(peer) {
    const rows = makeRows();
    const { layouts, tables } = await peer.ask<Answer>('hub.py', { glue: MINI_GLUE, rows });
    const findings: Finding[] = [];
    for (const [layout, folder] of Object.entries(layouts)) findings.push(await compareGlue(layout, join(peer.folder, folder)));
    const format = (name: string) => (name.endsWith('.arrow') ? 'arrow' : 'parquet');
    for (const wanted of ['parquet', 'arrow'] as const) {
      const files = tables.filter((name) => format(name) === wanted);
      findings.push(
        await compareTables(
          wanted,
          files.map((name) => join(peer.folder, 'tables', name)),
          rows,
        ),
      );
    }
    return findings;
  },
};

async function compareGlue(layout: string, folder: string): Promise<Finding> {
  const differing = new Differing();
  for (const task of TASKS) {
    for (const split of Object.keys(task.splits) as SplitName[]) {
      const [official, theirs] = [await read(task, split, MINI_GLUE), await read(task, split, folder)];
      differing.add(`${task.name} ${split}: number of examples`, official.length, theirs.length);
      official.forEach((example, row) => differing.add(`${task.name} ${example.id}`, example, theirs[row]));
    }
  }
  return differing.finding(`GLUE's ten tasks in ${layout}, against the TSV`);
}

async function compareTables(format: 'parquet' | 'arrow', files: readonly string[], rows: readonly TableRow[]): Promise<Finding> {
  const differing = new Differing();
  for (const file of files) {
    const cells: (readonly Cell[])[] = [];
    for await (const some of readRows(file, format, ['text', 'label', 'score'])) {
      for (const row of some)
        cells.push('cells' in row ? row.cells.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)) : [row.reason]);
    }
    differing.add(`${file}: number of rows`, rows.length, cells.length);
    rows.forEach(({ text, label, score }, row) => differing.add(`${file} row ${row + 1}`, [text, label, score], cells[row]));
  }
  return differing.finding(`rows of ${files.length} ${format} files of pyarrow's`);
}

async function read(task: OfficialTask, split: SplitName, folder: string): Promise<Example[]> {
  const examples: Example[] = [];
  for await (const example of readExamples(task, split, folder, { badRows: 'stop' })) examples.push(example);
  return examples;
}

interface TableRow {
  readonly text: string | null;
  readonly label: number | null;
  readonly score: number | null;
}

function makeRows(): TableRow[] {
  const random = createRandom(23);
  const text = (): string => Array.from({ length: random.integer(30) }, () => PIECES[random.integer(PIECES.length)]).join('');
  const orNull = <T>(value: T): T | null => (random.integer(9) === 0 ? null : value);
  return Array.from({ length: ROWS }, () => ({
    text: orNull(text()),
    label: orNull(random.integer(1000) - 1),
    score: orNull(random.integer(1 << 20) / 7),
  }));
}

/** How many of many are not equal, and the first of them. */
class Differing {
  private cases = 0;
  private difference = 0;
  private worst: string | null = null;

  add(name: string, expected: unknown, actual: unknown): void {
    this.cases += 1;
    if (isDeepStrictEqual(expected, actual)) return;
    this.difference += 1;
    this.worst ??= name;
  }

  finding(what: string): Finding {
    return { what, cases: this.cases, difference: this.difference, bound: 0, worst: this.worst ?? '' };
  }
}
