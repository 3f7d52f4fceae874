/** The registry of tasks: GLUE's, each a file that exports one `OfficialTask`, and those that a configuration describes. */
import type { Config } from '../config/schema.js';
import { BornAgainError } from '../util/errors.js';
import { didYouMean, nearestName } from '../util/nearest-name.js';
import { ax } from './ax.js';
import { cola } from './cola.js';
import { customTask } from './custom.js';
import { mnli } from './mnli.js';
import { mrpc } from './mrpc.js';
import { qnli } from './qnli.js';
import { qqp } from './qqp.js';
import { rte } from './rte.js';
import { sst2 } from './sst2.js';
import { stsb } from './stsb.js';
import type { OfficialTask, TaskDefinition } from './types.js';
import { wnli } from './wnli.js';

/** Every built-in task, in GLUE's order; the diagnostic AX last. */
export const TASKS: readonly OfficialTask[] = [cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte, wnli, ax];

/** The nine tasks that have a training set. */
export const GLUE_TASKS: readonly OfficialTask[] = TASKS.filter((task) => task.splits.train !== undefined);

/**
 * The task of that exact name among GLUE's; `taskRegistry` knows a configuration's as well.
 * @throws BornAgainError ERR_UNKNOWN_TASK with the nearest name and all names
 */
export function taskByName(name: string): OfficialTask {
  return findTask(TASKS, name);
}

/** The tasks that a configuration can name: GLUE's, AX, and its own. */
export interface TaskRegistry {
  /** GLUE's first, in its order, then the configuration's in its own. */
  readonly all: readonly TaskDefinition[];
  /** As `taskByName`. */
  readonly byName: (name: string) => TaskDefinition;
}

export function taskRegistry({ customTasks }: Pick<Config, 'customTasks'>): TaskRegistry {
  const all = [...TASKS, ...Object.entries(customTasks).map(([name, task]) => customTask(name, task))];
  return { all, byName: (name) => findTask(all, name) };
}

function findTask<T extends TaskDefinition>(tasks: readonly T[], name: string): T {
  const task = tasks.find((candidate) => candidate.name === name);
  if (task !== undefined) return task;
  throw unknownTask(
    name,
    tasks.map((candidate) => candidate.name),
  );
}

/** What to throw where a task is asked for that nobody knows: the nearest name if one is near, and all of them. */
export function unknownTask(name: string, known: readonly string[]): BornAgainError {
  const nearest = nearestName(name, known);
  const message =
    `unknown task '${name}'${didYouMean(nearest)} Known tasks: ${known.join(', ')}. ` +
    'A task of your own is described under customTasks in the configuration (--config)';
  return new BornAgainError('ERR_UNKNOWN_TASK', message, { name, nearest, known });
}

export { formatScore, labelName, rawScore, scaledScore } from './labels.js';
export { hasSplit, locateSplit, splitFormat } from './locate.js';
export type { SplitSource } from './locate.js';
export { readExamples } from './read.js';
export type { BadRowPolicy, ExampleStream } from './read.js';
export type { ReadReport, RowFault } from './read-report.js';
export type {
  Example,
  HubTask,
  NamedColumns,
  NamedSplit,
  OfficialSplit,
  OfficialTask,
  SplitFormat,
  SplitName,
  TaskDefinition,
  TaskKind,
} from './types.js';
