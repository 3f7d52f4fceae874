/** Stored outputs lined up with a dataset by id: every example once, nothing left over. */
import type { TokenizedDataset } from '../data/types.js';

export interface StoredOutputs {
  readonly id: string;
  readonly logits: Float32Array;
}

const SHOWN = 5;

/**
 * The outputs where they are in the dataset's order and nothing is wrong with them, as every file that a run has written: [size · width].
 * Otherwise null, and `alignById` has the answer; it holds all ids at once, several objects a row.
 */
export function takeInOrder(rows: Iterable<StoredOutputs>, dataset: TokenizedDataset, width: number): Float32Array | null {
  const outputs = new Float32Array(dataset.size * width);
  let index = 0;
  for (const { id, logits } of rows) {
    if (index === dataset.size || id !== dataset.id(index) || logits.length !== width || !logits.every(Number.isFinite)) return null;
    outputs.set(logits, index * width);
    index += 1;
  }
  return index === dataset.size ? outputs : null;
}

/**
 * The outputs in the dataset's order, [size · width], or what is wrong with them: missing ids, extra ids, ids that occur twice, a wrong
 * number of outputs, values that are not finite. Each with the count and the first few ids.
 */
export function alignById(rows: readonly StoredOutputs[], dataset: TokenizedDataset, width: number): Float32Array | string {
  const byId = new Map(rows.map(({ id, logits }) => [id, logits]));
  const ids = Array.from({ length: dataset.size }, (_, index) => dataset.id(index));
  const known = new Set(ids);
  const faults = [
    some(
      'example without outputs',
      'examples without outputs',
      ids.filter((id) => !byId.has(id)),
    ),
    some(
      'output for an unknown example',
      'outputs for unknown examples',
      [...byId.keys()].filter((id) => !known.has(id)),
    ),
    some(
      'repeated example',
      'repeated examples',
      rows.filter(({ id, logits }) => byId.get(id) !== logits).map(({ id }) => id),
    ),
    some(
      `example whose outputs are not ${width}`,
      `examples whose outputs are not ${width}`,
      idsWhere(rows, ({ length }) => length !== width),
    ),
    some(
      'example with outputs that are not finite',
      'examples with outputs that are not finite',
      idsWhere(rows, (logits) => !logits.every(Number.isFinite)),
    ),
  ].filter((text) => text !== null);
  if (faults.length > 0) return faults.join('; ');
  const aligned = new Float32Array(dataset.size * width);
  ids.forEach((id, index) => aligned.set(byId.get(id) ?? [], index * width));
  return aligned;
}

function idsWhere(rows: readonly StoredOutputs[], test: (logits: Float32Array) => boolean): string[] {
  return rows.filter(({ logits }) => test(logits)).map(({ id }) => id);
}

/** `3 examples without outputs (train-0, train-1, train-2)`, or null for none. */
function some(one: string, many: string, ids: readonly string[]): string | null {
  if (ids.length === 0) return null;
  const more = ids.length > SHOWN ? ', …' : '';
  return `${ids.length} ${ids.length === 1 ? one : many} (${ids.slice(0, SHOWN).join(', ')}${more})`;
}
