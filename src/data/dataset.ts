/** A tokenised split: parts of thousands of rows each, so that a million rows are some hundred objects. */
import type { SplitName, TaskDefinition } from '../tasks/types.js';
import { BornAgainError } from '../util/errors.js';
import type { TokenizedDataset } from './types.js';

/** Rows that follow one another, counted from the part's first. */
export interface DatasetPart {
  readonly rows: number;
  /** Of all rows together. */
  readonly tokens: number;
  id(row: number): string;
  length(row: number): number;
  copyTokenIds(row: number, target: Int32Array, start: number): void;
  boundary(row: number): number | undefined;
  label(row: number): number | undefined;
}

export interface DatasetIdentity {
  readonly task: TaskDefinition;
  readonly split: SplitName;
  /** See `TokenizedDataset.hash`. */
  readonly hash: string;
}

export class SplitDataset implements TokenizedDataset {
  readonly task: TaskDefinition;
  readonly split: SplitName;
  readonly hash: string;
  readonly size: number;
  readonly totalTokens: number;
  private readonly parts: readonly DatasetPart[];
  /** First row of each part. */
  private readonly starts: readonly number[];

  /** @param parts kept, not copied */
  constructor({ task, split, hash }: DatasetIdentity, parts: readonly DatasetPart[]) {
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
      totalTokens += part.tokens;
    }
    this.starts = starts;
    this.size = size;
    this.totalTokens = totalTokens;
  }

  id(index: number): string {
    const { part, row } = this.locate(index);
    return part.id(row);
  }

  length(index: number): number {
    const { part, row } = this.locate(index);
    return part.length(row);
  }

  tokenIds(index: number): Int32Array {
    const tokens = new Int32Array(this.length(index));
    this.copyTokenIds(index, tokens, 0);
    return tokens;
  }

  copyTokenIds(index: number, target: Int32Array, start: number): void {
    const { part, row } = this.locate(index);
    part.copyTokenIds(row, target, start);
  }

  typeBoundary(index: number): number {
    const { part, row } = this.locate(index);
    return part.boundary(row) ?? this.outside(index);
  }

  label(index: number): number {
    const { part, row } = this.locate(index);
    return part.label(row) ?? this.outside(index);
  }

  private locate(index: number): { readonly part: DatasetPart; readonly row: number } {
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
