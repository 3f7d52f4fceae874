/** A tokenised split in memory: flat typed arrays, so that a million rows are a handful of objects. Ids stay bytes until asked for. */
import type { SplitName, TaskDefinition } from '../tasks/types.js';
import { BornAgainError } from '../util/errors.js';
import { concatenate } from './columns.js';
import type { TokenizedColumns } from './columns.js';
import type { TokenizedDataset } from './types.js';

const decoder = new TextDecoder();

export interface DatasetIdentity {
  readonly task: TaskDefinition;
  readonly split: SplitName;
  /** See `TokenizedDataset.hash`. */
  readonly hash: string;
}

export class FlatDataset implements TokenizedDataset {
  readonly task: TaskDefinition;
  readonly split: SplitName;
  readonly hash: string;
  private readonly columns: TokenizedColumns;

  constructor({ task, split, hash }: DatasetIdentity, parts: readonly TokenizedColumns[]) {
    this.task = task;
    this.split = split;
    this.hash = hash;
    this.columns = concatenate(parts);
  }

  get size(): number {
    return this.columns.rows;
  }

  get totalTokens(): number {
    return this.columns.tokens.length;
  }

  id(index: number): string {
    const [start, end] = this.range(this.columns.idOffsets, index);
    return decoder.decode(this.columns.idBytes.subarray(start, end));
  }

  tokenIds(index: number): Int32Array {
    const [start, end] = this.range(this.columns.tokenOffsets, index);
    return this.columns.tokens.subarray(start, end);
  }

  typeBoundary(index: number): number {
    return this.columns.boundaries[index] ?? this.outside(index);
  }

  label(index: number): number {
    return this.columns.labels[index] ?? this.outside(index);
  }

  private range(offsets: Int32Array, index: number): [start: number, end: number] {
    const end = offsets[index + 1];
    return end === undefined ? this.outside(index) : [offsets[index] ?? this.outside(index), end];
  }

  private outside(index: number): never {
    const message = `example ${index} is outside ${this.task.name}'s ${this.split} split of ${this.size} examples`;
    throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { index, size: this.size });
  }
}
