/**
 * A split from its data files to a tokenised dataset, through a cache file that is used only when nothing that decides its content has
 * changed. Rows stream through: reading, tokenising and writing hold one chunk, however long the file, and the finished dataset
 * leaves its tokens on the disk.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import { mean } from 'simple-statistics';
import { locateSplit, type SplitSource } from '../tasks/locate.js';
import { readExamples } from '../tasks/read.js';
import type { ExampleStream } from '../tasks/read.js';
import type { FaultList } from '../tasks/read-report.js';
import type { Example } from '../tasks/types.js';
import type { Tokenizer } from '../text/tokenizer.js';
import { BornAgainError } from '../util/errors.js';
import { sha256, sha256File } from '../util/hash.js';
import { cacheKey, cachePath, checkCacheFile, readCacheFile, writeCacheFile } from './cache-file.js';
import type { LeftOutRows, SplitCounts, SplitSettings } from './cache-file.js';
import type { TokenizedColumns } from './columns.js';
import type { SplitDataset } from './dataset.js';
import { CHUNK_ROWS, tokenizeChunk } from './tokenize.js';

export interface PrepareOptions extends SplitSettings {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly tokenizer: Tokenizer;
  /** Not called when the cache answers. */
  readonly onProgress?: ((progress: PrepareProgress) => void) | undefined;
}

export interface PrepareProgress {
  /** Sequences done so far. */
  readonly rows: number;
  /** Of the work, by the bytes read; from 0 to 1. */
  readonly fraction: number;
}

export interface PrepareReport extends SplitCounts {
  /** The data file, or the folder of its shards. */
  readonly file: string;
  readonly cacheFile: string;
  readonly fromCache: boolean;
  /** What was wrong with a cache file that had to be made again; null where nothing was. To be shown to the user. */
  readonly notice: string | null;
  readonly seconds: number;
}

/**
 * `bothOrders` counts only for the training split of a symmetric task: each pair is there a second time with its texts exchanged, after
 * all others, with the id `<id>-swapped` (docs/paper.md section 3.3).
 * @throws BornAgainError ERR_DATA_MISSING, ERR_DATA_FORMAT (with file and line), ERR_TOKENIZER, ERR_IO
 */
export async function prepareSplit(options: PrepareOptions): Promise<{ readonly dataset: SplitDataset; readonly report: PrepareReport }> {
  const { result, report } = await prepare(options, async (path, key) => {
    const { dataset, counts } = await readCacheFile(path, key, options);
    return { result: dataset, counts };
  });
  return { dataset: result, report };
}

/** The same up to the cache file, of which nothing is read into memory: for `prepare`, and sets of any size. */
export async function prepareCacheFile(options: PrepareOptions): Promise<PrepareReport> {
  return (await prepare(options, async (path, key) => ({ result: null, counts: await checkCacheFile(path, key) }))).report;
}

interface Opened<T> {
  readonly result: T;
  readonly counts: SplitCounts;
}

type Open<T> = (path: string, key: string) => Promise<Opened<T>>;

async function prepare<T>(options: PrepareOptions, open: Open<T>): Promise<{ readonly result: T; readonly report: PrepareReport }> {
  const started = performance.now();
  const { task, split, cacheDir, tokenizer } = options;
  const settings = { ...options, bothOrders: options.bothOrders && split === 'train' && task.symmetric };
  const found = locateSplit(task, split, options.dataDir);
  const source = { ...found, hash: await hashOf(found) };
  const key = cacheKey(settings, source, tokenizer);
  const cacheFile = cachePath(cacheDir, options, key);
  const { cached, notice } = await findCached(cacheFile, options, () => open(cacheFile, key));
  if (cached === null) await build(settings, source, cacheFile, key);
  const { result, counts } = cached ?? (await open(cacheFile, key));
  const seconds = (performance.now() - started) / 1000;
  return { result, report: { ...counts, file: source.name, cacheFile, fromCache: cached !== null, notice, seconds } };
}

/** A file that cannot be used is not an error, because it can be made again; but it is said. */
async function findCached<T>(
  cacheFile: string,
  { task }: PrepareOptions,
  open: () => Promise<T>,
): Promise<{ readonly cached: T | null; readonly notice: string | null }> {
  if (!existsSync(cacheFile)) return { cached: null, notice: null };
  try {
    return { cached: await open(), notice: null };
  } catch (error) {
    if (error instanceof BornAgainError && (error.code === 'ERR_CACHE' || error.code === 'ERR_IO')) {
      return { cached: null, notice: `${error.message}. It was made again from ${task.title}'s data file` };
    }
    throw error;
  }
}

interface Source extends SplitSource {
  readonly hash: string;
}

/** Of a single file, its own; of several, over theirs. */
async function hashOf({ files, lists }: SplitSource): Promise<string> {
  const hashes: string[] = [];
  for (const file of [...files, ...lists]) hashes.push(await sha256File(file));
  return hashes.length === 1 ? hashes.join() : sha256(hashes.join('\n'));
}

async function build(options: PrepareOptions, source: Source, cacheFile: string, key: string): Promise<void> {
  const { task, split, dataDir, badRows, tokenizer, limit } = options;
  const read = (): ExampleStream => readExamples(task, split, dataDir, { badRows });
  const first = read();
  const second = options.bothOrders ? read() : null;
  const examples = second === null ? first : inBothOrders(first, second);
  const passes = second === null ? [first] : [first, second];
  const fraction = (): number => Math.min(1, mean(passes.map(({ report: { bytes, totalBytes } }) => bytes / totalBytes)));
  let rows = 0;
  let tokens = 0;
  let truncated = 0;
  async function* chunks(): AsyncGenerator<TokenizedColumns> {
    for await (const chunk of chunked(examples)) {
      const tokenized = await tokenizeChunk(chunk, tokenizer, limit);
      rows += chunk.length;
      tokens += tokenized.columns.tokens.length;
      truncated += tokenized.truncated;
      options.onProgress?.({ rows, fraction: fraction() });
      yield tokenized.columns;
    }
    await checkUnchanged(source);
  }
  const { skipped, knownOddities } = first.report;
  const leftOut = leftOutOf(source);
  const counts = (): SplitCounts => ({ rows, tokens, truncated, badRows: leftOut(skipped), droppedRows: leftOut(knownOddities) });
  await writeCacheFile(cacheFile, key, options, chunks(), counts);
}

async function* inBothOrders(first: AsyncIterable<Example>, second: AsyncIterable<Example>): AsyncGenerator<Example> {
  yield* first;
  for await (const { id, textA, textB, label } of second) {
    if (textB !== null) yield { id: `${id}-swapped`, textA: textB, textB: textA, label };
  }
}

async function* chunked(examples: AsyncIterable<Example>): AsyncGenerator<Example[]> {
  let chunk: Example[] = [];
  for await (const example of examples) {
    chunk.push(example);
    if (chunk.length < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** The key was made before the rows were read; a file edited meanwhile would lie under the wrong key for ever. */
async function checkUnchanged(source: Source): Promise<void> {
  if ((await hashOf(source)) === source.hash) return;
  const { name } = source;
  throw new BornAgainError('ERR_DATA_FORMAT', `${name} changed while it was read. Run again when it is complete`, { file: name });
}

/** Rows as the report has them: a line says little where there are several files. */
function leftOutOf({ files }: SplitSource): (faults: FaultList) => LeftOutRows {
  const place = files.length === 1 ? () => '' : (file: string) => ` (in ${basename(file)})`;
  return ({ count, rows }) => ({ count, rows: rows.map(({ file, line, reason }) => ({ line, reason: `${reason}${place(file)}` })) });
}
