/** Examples to tokenised columns, a chunk at a time. */
import type { Example, SplitName, TaskDefinition } from '../tasks/types.js';
import { buildSequence } from '../text/sequence.js';
import type { Sequence } from '../text/sequence.js';
import type { Tokenizer } from '../text/tokenizer.js';
import type { LengthLimit } from '../text/truncate.js';
import { sha256 } from '../util/hash.js';
import type { TokenizedColumns } from './columns.js';
import { SplitDataset } from './dataset.js';
import { MemoryPart } from './memory-part.js';

/** Examples held at once while a file is prepared: rows of one record batch. */
export const CHUNK_ROWS = 2048;

export interface TokenizedChunk {
  readonly columns: TokenizedColumns;
  /** Sequences that were cut to the limit. */
  readonly truncated: number;
}

export async function tokenizeChunk(examples: readonly Example[], tokenizer: Tokenizer, limit: LengthLimit): Promise<TokenizedChunk> {
  const texts = examples.flatMap(({ textA, textB }) => (textB === null ? [textA] : [textA, textB]));
  const encoded = (await tokenizer.encode(texts)).values();
  const next = (): Int32Array => encoded.next().value ?? new Int32Array(0);
  const sequences = examples.map(({ textB }) => buildSequence(next(), textB === null ? null : next(), tokenizer, limit));
  return { columns: toColumns(examples, sequences), truncated: sequences.filter(({ truncated }) => truncated).length };
}

/**
 * Tokenises in memory, without a cache: for prediction. The dataset's hash covers tokens and ids.
 * @throws BornAgainError ERR_TOKENIZER
 */
export async function tokenizeExamples(
  examples: readonly Example[],
  tokenizer: Tokenizer,
  limit: LengthLimit,
  { task, split = 'test' }: { readonly task: TaskDefinition; readonly split?: SplitName },
): Promise<SplitDataset> {
  const parts: TokenizedColumns[] = [];
  for (let start = 0; start < examples.length; start += CHUNK_ROWS) {
    parts.push((await tokenizeChunk(examples.slice(start, start + CHUNK_ROWS), tokenizer, limit)).columns);
  }
  const bytes = parts.flatMap(({ tokens, idBytes, boundaries }) =>
    [tokens, boundaries, idBytes].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
  );
  return new SplitDataset(
    { task, split, hash: sha256(JSON.stringify([task.name, split, tokenizer.hash, limit.maxLength, limit.truncation]), ...bytes) },
    parts.map((columns) => new MemoryPart(columns)),
  );
}

function toColumns(examples: readonly Example[], sequences: readonly Sequence[]): TokenizedColumns {
  const ids = examples.map(({ id }) => Buffer.from(id));
  const idOffsets = offsetsOf(ids);
  const tokenOffsets = offsetsOf(sequences.map((sequence) => sequence.ids));
  const tokens = new Int32Array(tokenOffsets.at(-1) ?? 0);
  sequences.forEach((sequence, row) => tokens.set(sequence.ids, tokenOffsets[row]));
  return {
    rows: examples.length,
    idBytes: Buffer.concat(ids),
    idOffsets,
    tokens,
    tokenOffsets,
    boundaries: Int32Array.from(sequences, ({ boundary }) => boundary),
    labels: Float32Array.from(examples, ({ label }) => label ?? Number.NaN),
  };
}

function offsetsOf(lists: readonly { readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach(({ length }, row) => (offsets[row + 1] = (offsets[row] ?? 0) + length));
  return offsets;
}
