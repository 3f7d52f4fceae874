/** The shapes that travel between data, distill and train. */
import type { SplitName, TaskDefinition } from '../tasks/types.js';

/** One batch of sequences end to end, without padding. T tokens, B sequences. This is what crosses into native code. */
export interface PackedBatch {
  /** [T] */
  readonly tokenIds: Int32Array;
  /** [T] segment of each token, 0 or 1 */
  readonly typeIds: Uint8Array;
  /** [B + 1] sequence b is tokens offsets[b]..offsets[b + 1] */
  readonly offsets: Int32Array;
  /** [B] index into the model's heads */
  readonly taskIds: Uint8Array;
  /** Concatenated per example: a class distribution (as long as the head's classes), or one scalar in [0, 1]. Empty for evaluation. */
  readonly targets: Float32Array;
  /** [B] weight of each example's loss; the batch loss is the weighted sum, so a mean is a weight of 1 / B. Empty for evaluation. */
  readonly weights: Float32Array;
}

/** A tokenised split, read-only and random access. Special tokens are included. */
export interface TokenizedDataset {
  readonly task: TaskDefinition;
  readonly split: SplitName;
  readonly size: number;
  /** Number of tokens over all examples. */
  readonly totalTokens: number;
  /** SHA-256 of what decides the content (data file, tokeniser, settings). */
  readonly hash: string;
  id(index: number): string;
  /** Number of its tokens, without reading them. */
  length(index: number): number;
  /** `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`; read from the file where there is one (ERR_IO). */
  tokenIds(index: number): Int32Array;
  /** The same into `target` from `start` on, where the caller has room for `length(index)` of them. */
  copyTokenIds(index: number, target: Int32Array, start: number): void;
  /** Position at which the second segment (type 1) starts; the sequence's length when there is none. */
  typeBoundary(index: number): number;
  /** Class index or scaled score; NaN where the split has no labels. */
  label(index: number): number;
}

/** An example picked for a batch: index into the list of tasks, index into that task's dataset. */
export interface ExampleReference {
  readonly task: number;
  readonly index: number;
}
