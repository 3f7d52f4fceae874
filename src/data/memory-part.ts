/** Rows whose columns are in memory: those that were tokenised a moment ago, for prediction. */
import type { TokenizedColumns } from './columns.js';
import type { DatasetPart } from './dataset.js';

const decoder = new TextDecoder();

export class MemoryPart implements DatasetPart {
  /** @param columns kept, not copied */
  constructor(private readonly columns: TokenizedColumns) {}

  get rows(): number {
    return this.columns.rows;
  }

  get tokens(): number {
    const { tokenOffsets, rows } = this.columns;
    return (tokenOffsets[rows] ?? 0) - (tokenOffsets[0] ?? 0);
  }

  id(row: number): string {
    return decoder.decode(rowOf(this.columns.idBytes, this.columns.idOffsets, row));
  }

  length(row: number): number {
    const { tokenOffsets } = this.columns;
    return (tokenOffsets[row + 1] ?? 0) - (tokenOffsets[row] ?? 0);
  }

  copyTokenIds(row: number, target: Int32Array, start: number): void {
    target.set(rowOf(this.columns.tokens, this.columns.tokenOffsets, row), start);
  }

  boundary(row: number): number | undefined {
    return this.columns.boundaries[row];
  }

  label(row: number): number | undefined {
    return this.columns.labels[row];
  }
}

/** A view. */
const rowOf = <A extends Uint8Array | Int32Array>(values: A, offsets: Int32Array, row: number): A =>
  values.subarray(offsets[row], offsets[row + 1]) as A;
