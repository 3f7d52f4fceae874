/** A dataset of labels alone, which is all that predictions read of one. */
import type { TokenizedDataset } from '../../src/data/types.js';
import { taskByName } from '../../src/tasks/index.js';

/** @param labels class indices, or scores scaled to [0, 1] */
export function labelled(task: string, labels: readonly number[]): TokenizedDataset {
  const values = Float32Array.from(labels);
  return {
    task: taskByName(task),
    split: 'dev',
    size: labels.length,
    totalTokens: 0,
    hash: '',
    id: (index) => `dev-${index}`,
    length: () => 0,
    tokenIds: () => new Int32Array(),
    copyTokenIds: () => undefined,
    typeBoundary: () => 0,
    label: (index) => values[index] ?? NaN,
  };
}
