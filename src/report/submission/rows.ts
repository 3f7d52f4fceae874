/** Test rows and what stands in for a prediction: counted from the data files, so that nothing depends on what is usually there. */
import { labelName, readExamples, type TaskDefinition } from '../../tasks/index.js';
import type { SplitName } from '../../tasks/types.js';
import { formatScore } from '../../tasks/labels.js';

/** Rows of the file, those left out of it included: the server counts them all. Throws ERR_DATA_MISSING, ERR_DATA_FORMAT, ERR_IO. */
export async function countRows(task: TaskDefinition, split: SplitName, dataDir: string): Promise<number> {
  const examples = readExamples(task, split, dataDir, { badRows: 'skip' });
  let rows = 0;
  for await (const _ of examples) rows += 1;
  return rows + examples.report.skipped.count + examples.report.knownOddities.count;
}

/** The commonest label of the training set (the first of equals), or its mean score, as the upload writes it. Throws as `countRows`. */
export async function majority(task: TaskDefinition, dataDir: string): Promise<string> {
  const counts = new Map<number, number>();
  let sum = 0;
  let rows = 0;
  for await (const { label } of readExamples(task, 'train', dataDir, { badRows: 'skip' })) {
    counts.set(label ?? NaN, (counts.get(label ?? NaN) ?? 0) + 1);
    sum += label ?? NaN;
    rows += 1;
  }
  if (task.kind === 'regression') return formatScore(task, sum / rows);
  const [commonest] = [...counts].reduce((best, next) => (next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best));
  return labelName(task, commonest);
}
