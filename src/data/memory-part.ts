/** Rows whose columns are in memory: those that were tokenised a moment ago, for prediction. */
import type { TokenizedColumns } from './columns.js';
import { tokenCount } from './columns.js';
import type { DatasetPart } from './dataset.js';

const decoder = new TextDecoder();

export class MemoryPart implements DatasetPart {
  /** @param columns kept, not copied */
  constructor(private readonly columns: TokenizedColumns) {}

  get rows(): number {
    return this.columns.rows;
  }

  get tokens(): number {
    return tokenCount(this.columns);
  }

  id(row: number): string {
    return decoder.decode(rowOf(this.columns.idBytes, this.columns.idOffsets, row));
  }

  length(row: number): number {
    return this.tokenIds(row).length;
  }

  copyTokenIds(row: number, target: Int32Array, start: number): void {
    target.set(this.tokenIds(row), start);
  }

  boundary(row: number): number | undefined {
    return this.columns.boundaries[row];
  }

  label(row: number): number | undefined {
    return this.columns.labels[row];
  }

  private tokenIds(row: number): Int32Array {
    return rowOf(this.columns.tokens, this.columns.tokenOffsets, row);
  }
}

/** A view. */
const rowOf = <A extends Uint8Array | Int32Array>(values: A, offsets: Int32Array, row: number): A =>
  values.subarray(offsets[row], offsets[row + 1]) as A;
