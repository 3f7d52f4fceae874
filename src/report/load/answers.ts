/** What a run's model answered on `dev`, from its predictions.jsonl, in flat arrays: an experiment may hold millions of answers. */
import { existsSync } from 'node:fs';
import { predictionsFile, readPredictions, type PredictionRecord } from '../../experiment/predictions.js';
import type { TaskRegistry } from '../../tasks/index.js';
import type { TaskDefinition } from '../../tasks/types.js';

/** Of one task, N examples in the order in which they are read. */
export interface TaskAnswers {
  readonly task: TaskDefinition;
  /** [N] class index, or the score in the task's raw range */
  readonly gold: Float32Array;
  /** [N] likewise; NaN where the output was not finite */
  readonly answers: Float32Array;
  /** [N · classes]; null for regression */
  readonly probabilities: Float32Array | null;
}

/** By task name. Null where the run kept no predictions. Throws as `readPredictions`. */
export async function readAnswers(runFolder: string, registry: TaskRegistry): Promise<ReadonlyMap<string, TaskAnswers> | null> {
  if (!existsSync(predictionsFile(runFolder))) return null;
  const records = new Map<string, PredictionRecord[]>();
  for await (const record of readPredictions(runFolder)) {
    if (record.split !== 'dev') continue;
    const list = records.get(record.task);
    if (list === undefined) records.set(record.task, [record]);
    else list.push(record);
  }
  return new Map([...records].map(([name, list]) => [name, flatten(registry.byName(name), list)]));
}

function flatten(task: TaskDefinition, records: readonly PredictionRecord[]): TaskAnswers {
  // Not by Math.max(...): arguments lie on the stack, which has no room for a large dev set's.
  const size = records.reduce((most, { index }) => Math.max(most, index + 1), 0);
  const classes = task.labels.length;
  const gold = new Float32Array(size).fill(NaN);
  const answers = new Float32Array(size).fill(NaN);
  const probabilities = classes === 0 ? null : new Float32Array(size * classes).fill(NaN);
  for (const { index, gold: label, prediction, probabilities: own } of records) {
    gold[index] = numberOf(task, label);
    answers[index] = prediction === null ? NaN : numberOf(task, prediction);
    own?.forEach((value, c) => {
      if (probabilities !== null) probabilities[index * classes + c] = value ?? NaN;
    });
  }
  return { task, gold, answers, probabilities };
}

function numberOf(task: TaskDefinition, label: string | number): number {
  return typeof label === 'number' ? label : task.labels.indexOf(label);
}
