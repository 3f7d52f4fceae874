/** Which columns hold the texts of a task, in a file that need not have labels. */
import type { RowFormat } from '../config/custom-tasks.js';
import type { NamedColumns, TaskDefinition } from './types.js';

/**
 * The columns of the task's own files, or those that Hugging Face's `glue` data set has; null where nobody has named any: a task that only
 * a model's folder describes.
 */
export function textColumns({ splits, hub }: TaskDefinition, format: RowFormat): NamedColumns | null {
  const named = Object.values(splits).find((split) => 'format' in split) ?? hub;
  if (named === null) return null;
  const delimiter = format === 'csv' && 'delimiter' in named ? { delimiter: named.delimiter } : {};
  return { format, ...delimiter, textA: named.textA, textB: named.textB, label: null, classes: [] };
}
