/** Tokenising pairs of sentences: ours as `prepare` does it, against the tokenizers library in Python, which has a thread for each core. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { tokenizeChunk, CHUNK_ROWS } from '../../src/data/tokenize.js';
import { readExamples } from '../../src/tasks/read.js';
import { taskByName } from '../../src/tasks/index.js';
import type { Example } from '../../src/tasks/types.js';
import { Tokenizer } from '../../src/text/tokenizer.js';
import type { Bench } from '../lib/bench.js';
import { median, pairedRatio } from '../lib/statistics.js';
import type { Figure } from '../lib/table.js';
import { Worker } from '../lib/worker.js';

const THEIRS = fileURLToPath(new URL('../opponents/tokenising.py', import.meta.url));
const DATA = fileURLToPath(new URL('../../data/mini-glue/', import.meta.url));
const MODEL = fileURLToPath(new URL('../../models/tiny-bert/', import.meta.url));
const EXAMPLES = 20_480;
const MAX_LENGTH = 128;

export async function tokenising(bench: Bench, pairs: number): Promise<Figure[]> {
  const examples = await pairsOfSentences();
  const texts = join(bench.scratch, 'texts.json');
  await writeFile(texts, JSON.stringify(examples.map(({ textA, textB }) => [textA, textB])));
  const tokenizer = await Tokenizer.fromFolder(MODEL);
  const theirs = Worker.start(bench.python, [THEIRS]);
  try {
    await theirs.ask('open', { texts, tokenizer: join(MODEL, 'tokenizer.json'), max_length: MAX_LENGTH });
    await requireSameIds(await ours(examples, tokenizer), join(bench.scratch, 'ids.json'), theirs);
    const rates = { ours: [] as number[], theirs: [] as number[] };
    for (let pair = 0; pair < pairs; pair += 1) {
      const start = performance.now();
      await ours(examples, tokenizer);
      rates.ours.push((1000 * EXAMPLES) / (performance.now() - start));
      const { seconds } = await theirs.ask<{ seconds: number }>('encode');
      rates.theirs.push(EXAMPLES / seconds);
    }
    const { median: ratio, low, high } = pairedRatio(rates.ours, rates.theirs);
    const what = 'tokenising pairs, special tokens and truncation included, ids identical';
    return [{ subject: 'tokenising', what, unit: 'examples/s', ours: median(rates.ours), theirs: median(rates.theirs), ratio, low, high }];
  } finally {
    await theirs.close();
  }
}

/** The sample's pairs, again and again until there are enough. */
async function pairsOfSentences(): Promise<Example[]> {
  const found: Example[] = [];
  for (const name of ['mnli', 'qqp', 'qnli']) {
    for await (const example of readExamples(taskByName(name), 'train', DATA, { badRows: 'stop' })) found.push(example);
  }
  return Array.from({ length: EXAMPLES }, (_, i) => found[i % found.length]).filter((example) => example !== undefined);
}

/** Chunk by chunk, as a split is prepared. */
async function ours(examples: readonly Example[], tokenizer: Tokenizer): Promise<Int32Array[]> {
  const chunks: Int32Array[] = [];
  for (let start = 0; start < examples.length; start += CHUNK_ROWS) {
    const limit = { maxLength: MAX_LENGTH, truncation: 'longest_first' } as const;
    chunks.push((await tokenizeChunk(examples.slice(start, start + CHUNK_ROWS), tokenizer, limit)).columns.tokens);
  }
  return chunks;
}

async function requireSameIds(chunks: readonly Int32Array[], file: string, theirs: Worker): Promise<void> {
  await theirs.ask('write', { file });
  const expected = JSON.parse(await readFile(file, 'utf8')) as number[];
  const found = chunks.flatMap((chunk) => [...chunk]);
  const place = found.length === expected.length ? found.findIndex((id, i) => id !== expected[i]) : Math.min(found.length, expected.length);
  if (place >= 0)
    throw new Error(`tokenising: the two sides' ids differ at token ${place} of ${found.length} and ${expected.length}. Nothing is timed`);
}
