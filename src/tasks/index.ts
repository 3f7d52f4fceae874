/** The registry of tasks. A new task is a file that exports one `TaskDefinition`, plus its line here. */
import { closest } from 'fastest-levenshtein';
import { BornAgainError } from '../util/errors.js';
import { ax } from './ax.js';
import { cola } from './cola.js';
import { mnli } from './mnli.js';
import { mrpc } from './mrpc.js';
import { qnli } from './qnli.js';
import { qqp } from './qqp.js';
import { rte } from './rte.js';
import { sst2 } from './sst2.js';
import { stsb } from './stsb.js';
import type { TaskDefinition } from './types.js';
import { wnli } from './wnli.js';

/** Every known task, in GLUE's order; the diagnostic AX last. */
export const TASKS: readonly TaskDefinition[] = [cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte, wnli, ax];

/** The nine tasks that have a training set. */
export const GLUE_TASKS: readonly TaskDefinition[] = TASKS.filter((task) => task.splits.train !== undefined);

/**
 * The task of that exact name.
 * @throws BornAgainError ERR_UNKNOWN_TASK with the nearest name and all names
 */
export function taskByName(name: string): TaskDefinition {
  const task = TASKS.find((candidate) => candidate.name === name);
  if (task !== undefined) return task;
  const known = TASKS.map((candidate) => candidate.name);
  const nearest = closest(name.toLowerCase(), known);
  throw new BornAgainError('ERR_UNKNOWN_TASK', `unknown task '${name}'; did you mean '${nearest}'? Known tasks: ${known.join(', ')}`, {
    name,
    nearest,
    known,
  });
}

export { formatScore, labelName, rawScore, scaledScore } from './labels.js';
export { splitFormat, splitPath } from './locate.js';
export { readExamples } from './read.js';
export type { BadRowPolicy, ExampleStream } from './read.js';
export type { ReadReport, RowFault } from './read-report.js';
export type { Example, SplitFormat, SplitName, TaskDefinition, TaskKind } from './types.js';
