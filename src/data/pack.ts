/** Sequences put end to end, without padding: the form in which a batch crosses into native code. */
import { BornAgainError } from '../util/errors.js';
import type { ExampleReference, PackedBatch, TokenizedDataset } from './types.js';

/** What the loss is taken against, example by example. */
export interface TargetWriter {
  /** Length of a target of that task: its classes, or 1 for regression. */
  width(task: number): number;
  /** Fills `target`, which is `width` long. */
  write(example: ExampleReference, target: Float32Array): void;
}

export interface PackOptions {
  /** By task. */
  readonly datasets: readonly TokenizedDataset[];
  /** Index into the model's heads, by task: 0 to 255. */
  readonly heads: readonly number[];
  readonly targets: TargetWriter;
  /** Weight of an example's loss, reduction included: the batch loss is the weighted sum. */
  readonly weight: (task: number) => number;
}

/** A batch to train on. Throws ERR_INVALID_ARGUMENT for a task that is not given, or a head that is no index of one byte. */
export function packBatch(examples: readonly ExampleReference[], { datasets, heads, targets, weight }: PackOptions): PackedBatch {
  const rows = examples.map(({ task, index }) => ({ dataset: at(datasets, task), index, head: at(heads, task) }));
  const target = new Float32Array(examples.reduce((sum, { task }) => sum + targets.width(task), 0));
  let start = 0;
  for (const example of examples) {
    const end = start + targets.width(example.task);
    targets.write(example, target.subarray(start, end));
    start = end;
  }
  return { ...packRows(rows), targets: target, weights: Float32Array.from(examples, ({ task }) => weight(task)) };
}

/** A batch to evaluate: no targets, no weights. Throws ERR_INVALID_ARGUMENT for a head that is no integer from 0 to 255. */
export function packTokens(dataset: TokenizedDataset, indices: Iterable<number>, head: number): PackedBatch {
  const rows = Array.from(indices, (index) => ({ dataset, index, head }));
  return { ...packRows(rows), targets: new Float32Array(0), weights: new Float32Array(0) };
}

interface Row {
  readonly dataset: TokenizedDataset;
  readonly index: number;
  readonly head: number;
}

function packRows(rows: readonly Row[]): Pick<PackedBatch, 'tokenIds' | 'typeIds' | 'offsets' | 'taskIds'> {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach(({ dataset, index }, b) => (offsets[b + 1] = (offsets[b] ?? 0) + dataset.length(index)));
  const tokenIds = new Int32Array(offsets[rows.length] ?? 0);
  const typeIds = new Uint8Array(tokenIds.length);
  rows.forEach(({ dataset, index }, b) => {
    const start = offsets[b] ?? 0;
    dataset.copyTokenIds(index, tokenIds, start);
    typeIds.fill(1, start + dataset.typeBoundary(index), offsets[b + 1]);
  });
  return { tokenIds, typeIds, offsets, taskIds: Uint8Array.from(rows, ({ head }) => headByte(head)) };
}

/** A byte would hold its remainder: head 300 as 44, -1 as 255. */
function headByte(head: number): number {
  if (Number.isInteger(head) && head >= 0 && head <= 255) return head;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `a head's index must be an integer from 0 to 255, not ${head}`, { head });
}

function at<T>(values: readonly T[], task: number): T {
  const value = values[task];
  if (value !== undefined) return value;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `task ${task} of a batch is outside the ${values.length} tasks given`, { task });
}
