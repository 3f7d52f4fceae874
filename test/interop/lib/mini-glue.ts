/** The shipped sample data and model, cut to what a comparison needs. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { taskByName } from '../../../src/tasks/index.js';
import type { SplitName } from '../../../src/tasks/types.js';

export const MINI_GLUE = fileURLToPath(new URL('../../../data/mini-glue/', import.meta.url));
export const TINY_BERT = fileURLToPath(new URL('../../../models/tiny-bert/', import.meta.url));

/** A data folder with the first rows of each task's files, of the splits that the task has. */
export async function fewRows(
  folder: string,
  rows: Readonly<Record<string, number>>,
  splits: readonly SplitName[] = ['train'],
): Promise<string> {
  const dataDir = join(folder, 'data');
  for (const [name, count] of Object.entries(rows)) {
    const task = taskByName(name);
    await mkdir(join(dataDir, task.folder), { recursive: true });
    for (const split of splits) {
      const { file, header = null } = task.splits[split] ?? {};
      if (file === undefined) continue;
      const lines = (await readFile(join(MINI_GLUE, task.folder, file), 'utf8')).split('\n');
      await writeFile(join(dataDir, task.folder, file), lines.slice(0, count + (header === null ? 0 : 1)).join('\n') + '\n');
    }
  }
  return dataDir;
}
