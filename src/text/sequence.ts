/** One example's tokens as BERT reads them: `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`. */
import { truncatePair, type LengthLimit } from './truncate.js';

export interface SpecialIds {
  readonly clsId: number;
  readonly sepId: number;
}

export interface Sequence {
  /** Special tokens included; at most `limit.maxLength` long. */
  readonly ids: Int32Array;
  /** Position at which segment 1 (b) starts; `ids.length` when there is none. */
  readonly boundary: number;
  readonly truncated: boolean;
}

/**
 * A b without tokens (a text of control characters only) counts as none under the reference's truncation, as there
 * (classification_tasks.py, featurize); under `longest_first` it has its [SEP], as in Transformers.
 * @param a ids without special tokens
 * @param limit at least 3 tokens
 */
export function buildSequence(a: Int32Array, b: Int32Array | null, { clsId, sepId }: SpecialIds, limit: LengthLimit): Sequence {
  if (b === null || (b.length === 0 && limit.truncation === 'reference')) return single(a, { clsId, sepId }, limit.maxLength);
  const [lengthA, lengthB] = truncatePair(a.length, b.length, limit.maxLength - 3, limit.truncation);
  const ids = new Int32Array(lengthA + lengthB + 3);
  const boundary = lengthA + 2;
  ids[0] = clsId;
  ids.set(a.subarray(0, lengthA), 1);
  ids[boundary - 1] = sepId;
  ids.set(b.subarray(0, lengthB), boundary);
  ids[ids.length - 1] = sepId;
  return { ids, boundary, truncated: lengthA < a.length || lengthB < b.length };
}

function single(a: Int32Array, { clsId, sepId }: SpecialIds, maxLength: number): Sequence {
  const length = Math.min(a.length, maxLength - 2);
  const ids = new Int32Array(length + 2);
  ids[0] = clsId;
  ids.set(a.subarray(0, length), 1);
  ids[length + 1] = sepId;
  return { ids, boundary: ids.length, truncated: length < a.length };
}
