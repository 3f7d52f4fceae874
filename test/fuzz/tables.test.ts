/** Parquet and Arrow, damaged: people's own tables in every codec and form, and Hugging Face's `glue` in two of its layouts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { readExamples, taskByName } from '../../src/tasks/index.js';
import { readRows } from '../../src/tasks/rows/index.js';
import { checkTargets } from './lib/check.js';
import type { FuzzTarget } from './lib/fuzz.js';
import { mutateBytes } from './lib/mutate.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const COLUMNS = ['text', 'number', 'decimal', 'flag'];

/** A table of make_tables.py. */
function table(name: string, format: 'parquet' | 'arrow', cases: number): () => Promise<FuzzTarget> {
  return async () => ({
    cases,
    files: { [name]: { bytes: await readFile(join(FIXTURES, 'rows', name)), mutate: mutateBytes } },
    read: async (folder) => {
      for await (const rows of readRows(join(folder, name), format, COLUMNS)) void rows;
    },
  });
}

/** The training split of a task in the layout of that folder of make_hub.py. */
function hub(layout: string, task: string, names: readonly string[]): () => Promise<FuzzTarget> {
  return async () => {
    const files = names.map(async (name) => {
      const path = join(task, name);
      return [path, { bytes: await readFile(join(FIXTURES, 'hub', layout, path)), mutate: mutateBytes }] as const;
    });
    return {
      cases: 200,
      files: Object.fromEntries(await Promise.all(files)),
      read: async (folder) => {
        for (const badRows of ['skip', 'stop'] as const) {
          for await (const example of readExamples(taskByName(task), 'train', folder, { badRows })) void example;
        }
      },
    };
  };
}

describe('a damaged table', () => {
  checkTargets(2000, {
    'Parquet, snappy, row groups': table('snappy.parquet', 'parquet', 300),
    'Parquet, zstd, page index': table('indexed.parquet', 'parquet', 200),
    'Parquet, gzip': table('gzip.parquet', 'parquet', 200),
    'Parquet, brotli, dictionary': table('brotli.parquet', 'parquet', 200),
    "the hub's Parquet": hub('glue', 'mnli', ['train-00000-of-00001.parquet']),
    'Arrow, file format': table('file.arrow', 'arrow', 300),
    'Arrow, stream, long offsets': table('stream.arrow', 'arrow', 300),
    'Arrow, stream, dictionary': table('dictionary.arrow', 'arrow', 200),
    "the hub's Arrow in shards": hub('saved', 'stsb', ['train/data-00000-of-00002.arrow', 'train/data-00001-of-00002.arrow']),
  });
});
