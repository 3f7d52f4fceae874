/**
 * A tokenised split in memory: typed arrays of thousands of rows each, so that a million rows are some hundred objects, and where they come
 * from a file they are views of it. Ids stay bytes until asked for.
 */
import type { SplitName, TaskDefinition } from '../tasks/types.js';
import { BornAgainError } from '../util/errors.js';
import { tokenCount } from './columns.js';
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
  readonly size: number;
  readonly totalTokens: number;
  private readonly parts: readonly TokenizedColumns[];
  /** First row of each part. */
  private readonly starts: readonly number[];

  /** @param parts kept, not copied */
  constructor({ task, split, hash }: DatasetIdentity, parts: readonly TokenizedColumns[]) {
    this.task = task;
    this.split = split;
    this.hash = hash;
    this.parts = parts;
    const starts: number[] = [];
    let size = 0;
    let totalTokens = 0;
    for (const part of parts) {
      starts.push(size);
      size += part.rows;
      totalTokens += tokenCount(part);
    }
    this.starts = starts;
    this.size = size;
    this.totalTokens = totalTokens;
  }

  id(index: number): string {
    const { part, row } = this.locate(index);
    return decoder.decode(rowOf(part.idBytes, part.idOffsets, row));
  }

  tokenIds(index: number): Int32Array {
    const { part, row } = this.locate(index);
    return rowOf(part.tokens, part.tokenOffsets, row);
  }

  typeBoundary(index: number): number {
    const { part, row } = this.locate(index);
    return part.boundaries[row] ?? this.outside(index);
  }

  label(index: number): number {
    const { part, row } = this.locate(index);
    return part.labels[row] ?? this.outside(index);
  }

  private locate(index: number): { readonly part: TokenizedColumns; readonly row: number } {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) return this.outside(index);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return { part: this.parts[low] ?? this.outside(index), row: index - (this.starts[low] ?? 0) };
  }

  private outside(index: number): never {
    const message = `example ${index} is outside ${this.task.name}'s ${this.split} split of ${this.size} examples`;
    throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { index, size: this.size });
  }
}

/** A view. */
const rowOf = <A extends Uint8Array | Int32Array>(values: A, offsets: Int32Array, row: number): A =>
  values.subarray(offsets[row], offsets[row + 1]) as A;
