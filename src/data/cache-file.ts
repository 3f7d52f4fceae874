/**
 * The tokenised file of one split on the disk: its name, what it says of itself, and the refusal of any file that is not exactly the one
 * asked for. The key stands in the name and in the metadata: a renamed or copied file is found out.
 */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { BadRowPolicy } from '../tasks/read.js';
import type { SplitSource } from '../tasks/locate.js';
import type { SplitName, TaskDefinition } from '../tasks/types.js';
import type { Tokenizer } from '../text/tokenizer.js';
import type { LengthLimit } from '../text/truncate.js';
import { removeAbandoned } from '../util/atomic-file.js';
import { BornAgainError } from '../util/errors.js';
import { sha256 } from '../util/hash.js';
import { OpenFile } from '../util/open-file.js';
import { readArrowFile, writeArrowFile } from './arrow-file.js';
import { TOKENIZED_SCHEMA, toRecordBatch } from './columns.js';
import type { TokenizedColumns, TokenizedTypes } from './columns.js';
import { SplitDataset } from './dataset.js';
import { fileParts } from './file-part.js';

/** Raise it when reading, tokenising or truncation begin to make something else of the same row: old files are then no longer found. */
const FORMAT = 2;
/**
 * The same where bad rows of a CSV file are left out. Since 2 a stray quote spoils its own row and not those after it; without bad rows a
 * file is read as before, and keeps its name.
 */
const SKIPPING_CSV_FORMAT = 2;
/** The same under Transformers' truncation. Since 2 a second text without tokens has its [SEP], as there. */
const LONGEST_FIRST_FORMAT = 2;
const KEY_DIGITS = 16;
/** Of the files that `cachePath` names. */
const CACHE_FILE = new RegExp(`-[0-9a-f]{${KEY_DIGITS}}\\.arrow$`);

export interface SplitSettings {
  readonly task: TaskDefinition;
  readonly split: SplitName;
  readonly limit: LengthLimit;
  readonly bothOrders: boolean;
  readonly badRows: BadRowPolicy;
}

const faultsSchema = z.strictObject({ count: z.int(), rows: z.array(z.strictObject({ line: z.int(), reason: z.string() })) });

/** Rows left out of a split. `count` is exact, the list is bounded. Where the split is in several files, each reason ends with its file. */
export type LeftOutRows = z.infer<typeof faultsSchema>;

const countsSchema = z.strictObject({
  /** Sequences in the split, swapped copies included. */
  rows: z.int(),
  /** Of all of them. */
  tokens: z.int(),
  truncated: z.int(),
  badRows: faultsSchema,
  droppedRows: faultsSchema,
});
export type SplitCounts = z.infer<typeof countsSchema>;

/** SHA-256 over everything that decides a row's content: data files, tokeniser, settings, labels and columns of the task. */
export function cacheKey(
  { task, split, ...settings }: SplitSettings,
  { format, hash }: Pick<SplitSource, 'format'> & { readonly hash: string },
  tokenizer: Pick<Tokenizer, 'hash'>,
): string {
  const { name, kind, labels, scoreRange, dropsShortRows } = task;
  const skipsCsvRows = settings.badRows === 'skip' && 'format' in format && format.format === 'csv';
  const reading = skipsCsvRows ? { skippingCsv: SKIPPING_CSV_FORMAT } : {};
  const cutting = settings.limit.truncation === 'longest_first' ? { longestFirst: LONGEST_FIRST_FORMAT } : {};
  const definition = { name, kind, labels, scoreRange, dropsShortRows, format, ...reading, ...cutting };
  return sha256(
    JSON.stringify([
      FORMAT,
      hash,
      tokenizer.hash,
      split,
      settings.limit.maxLength,
      settings.limit.truncation,
      settings.bothOrders,
      settings.badRows,
      definition,
    ]),
  );
}

export function cachePath(cacheDir: string, { task, split }: Pick<SplitSettings, 'task' | 'split'>, key: string): string {
  return join(cacheDir, `${task.name}-${split}-${key.slice(0, KEY_DIGITS)}.arrow`);
}

/**
 * Also removes what killed preparations have left in the folder, half-written.
 * @param counts asked once, after the last chunk
 * @throws BornAgainError ERR_IO; what `chunks` throws passes through
 */
export async function writeCacheFile(
  path: string,
  key: string,
  { task, split }: Asked,
  chunks: AsyncIterable<TokenizedColumns> | Iterable<TokenizedColumns>,
  counts: () => SplitCounts,
): Promise<void> {
  const metadata = () => ({ key, task: task.name, split, counts: JSON.stringify(counts()) });
  try {
    await removeAbandoned(dirname(path), CACHE_FILE);
    await writeArrowFile(path, TOKENIZED_SCHEMA, recordBatches(chunks), metadata);
  } catch (error) {
    throw withAdvice(path, error);
  }
}

/** The cache lies below the data where nobody says otherwise, and data often lie where nothing may be written. */
function withAdvice(path: string, error: unknown): unknown {
  const refused = error instanceof BornAgainError && error.code === 'ERR_IO' && [path, dirname(path)].includes(String(error.details.file));
  if (!refused) return error;
  return new BornAgainError('ERR_IO', `${error.message}. Tokenised data are kept where --cache says`, error.details, { cause: error });
}

type Asked = Pick<SplitSettings, 'task' | 'split'>;

/**
 * The dataset reads its tokens from the file, which stays open while the dataset is in use; it may be replaced or deleted meanwhile.
 * @throws BornAgainError ERR_CACHE when the file is damaged or not the one of that key; ERR_IO when it cannot be read
 */
export async function readCacheFile(
  path: string,
  key: string,
  { task, split }: Asked,
): Promise<{ readonly dataset: SplitDataset; readonly counts: SplitCounts }> {
  return openCacheFile(path, key, (counts) => {
    const dataset = new SplitDataset({ task, split, hash: key }, fileParts(new OpenFile(path)));
    if (dataset.size !== counts.rows)
      throw new BornAgainError('ERR_CACHE', `${path} has ${dataset.size} of its ${counts.rows} rows`, { path });
    return { dataset, counts };
  });
}

/**
 * The same without the rows: the file is compared with its checksum, and memory stays flat.
 * @throws BornAgainError as `readCacheFile`
 */
export async function checkCacheFile(path: string, key: string): Promise<SplitCounts> {
  return openCacheFile(path, key, (counts) => counts);
}

async function openCacheFile<R>(path: string, key: string, use: (counts: SplitCounts) => R): Promise<R> {
  return readArrowFile<TokenizedTypes, R>(path, async ({ metadata }) => {
    if (metadata.get('key') !== key)
      throw new BornAgainError('ERR_CACHE', `${path} was made from other data, tokeniser or settings than its name says`, { path });
    return use(parseCounts(path, metadata.get('counts')));
  });
}

function parseCounts(path: string, text: string | undefined): SplitCounts {
  try {
    return countsSchema.parse(JSON.parse(text ?? 'null'));
  } catch (cause) {
    throw new BornAgainError('ERR_CACHE', `${path} has malformed counts: ${(cause as Error).message}`, { path }, { cause });
  }
}

async function* recordBatches(chunks: AsyncIterable<TokenizedColumns> | Iterable<TokenizedColumns>) {
  for await (const chunk of chunks) yield toRecordBatch(chunk);
}
