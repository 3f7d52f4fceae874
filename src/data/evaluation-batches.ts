/** A whole split in batches for evaluation: sequences of like length together, because one long sequence delays its whole batch. */
import type { TokenizedDataset } from './types.js';

/** A double holds (length, index) exactly as length · 2^32 + index. */
const INDEX_RANGE = 2 ** 32;

/**
 * Indices of the dataset's examples, batch by batch, the longest sequences first, equal lengths in the dataset's order. Each example is
 * in one batch; the index says where its logits belong.
 * @param maxTokens of a batch; a longer sequence is a batch of its own
 */
export function evaluationBatches(dataset: TokenizedDataset, maxTokens: number): Uint32Array[] {
  const order = longestFirst(dataset);
  const batches: Uint32Array[] = [];
  let start = 0;
  let tokens = 0;
  order.forEach((index, position) => {
    const length = dataset.length(index);
    if (position > start && tokens + length > maxTokens) {
      batches.push(order.subarray(start, position));
      start = position;
      tokens = 0;
    }
    tokens += length;
  });
  if (order.length > start) batches.push(order.subarray(start));
  return batches;
}

function longestFirst(dataset: TokenizedDataset): Uint32Array {
  // Numeric keys sort natively; a comparator is several times slower on a million rows.
  const keys = Float64Array.from({ length: dataset.size }, (_, index) => index - dataset.length(index) * INDEX_RANGE);
  keys.sort();
  return Uint32Array.from(keys, (key) => ((key % INDEX_RANGE) + INDEX_RANGE) % INDEX_RANGE);
}
