/**
 * A BERT of one layer with random weights, and a few rows of mini-GLUE, for tests that train in seconds. The vocabulary is the words of the
 * rows used and all characters; what is tested needs a model that runs, not one that is good.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { Bert } from '../../src/nn/bert.js';
import { parseBertConfig } from '../../src/nn/bert-config.js';
import { writeSafetensors, type NamedTensor } from '../../src/nn/safetensors.js';
import { createRandom } from '../../src/util/random.js';

const MINI_GLUE = fileURLToPath(new URL('../../data/mini-glue/', import.meta.url));
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** Removed when the test file that imports this is done. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bornagain-train-'));
  folders.push(folder);
  return folder;
}

/** Copies the folders with at most `rows` lines per file. */
export async function smallData(folders: readonly string[], rows: number): Promise<string> {
  const dataDir = await temporaryFolder();
  for (const folder of folders) {
    await mkdir(join(dataDir, folder));
    for (const file of await readdir(join(MINI_GLUE, folder))) {
      const lines = (await readFile(join(MINI_GLUE, folder, file), 'utf8')).trimEnd().split('\n');
      await writeFile(join(dataDir, folder, file), lines.slice(0, rows).join('\n') + '\n');
    }
  }
  return dataDir;
}

async function vocabulary(dataDir: string): Promise<string[]> {
  const words = new Set<string>();
  for (const folder of (await readdir(dataDir)).filter((name) => !name.startsWith('.'))) {
    const text = (await readFile(join(dataDir, folder, 'train.tsv'), 'utf8')).toLowerCase();
    for (const word of text.match(/[a-z]+/g) ?? []) words.add(word);
  }
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'].flatMap((letter) => [letter, `##${letter}`]);
  return [...SPECIAL, ...letters, ...'.,;:!?\'"()-', ...[...words].filter((word) => word.length > 1).sort()];
}

/** A Hugging Face folder whose vocabulary is that of the data. `poison` is added to one weight of the pooler. */
export async function tinyModel(dataDir: string, { seed = 1, hiddenSize = 16, poison = 0 } = {}): Promise<string> {
  const modelDir = await temporaryFolder();
  const vocab = await vocabulary(dataDir);
  const json = {
    model_type: 'bert',
    vocab_size: vocab.length,
    hidden_size: hiddenSize,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 32,
    max_position_embeddings: 64,
  };
  await writeFile(join(modelDir, 'config.json'), JSON.stringify(json));
  await writeFile(join(modelDir, 'vocab.txt'), vocab.join('\n') + '\n');
  await writeSafetensors(join(modelDir, 'model.safetensors'), randomWeights(json, seed, poison));
  return modelDir;
}

function randomWeights(json: object, seed: number, poison: number): Map<string, NamedTensor> {
  using bert = Bert.create(parseBertConfig(json, 'test'), 'cpu');
  const random = createRandom(seed, 'test');
  const weights = new Map(
    [...bert.tensors()].map(([name, { shape, data }]) => {
      const isNorm = name.includes('LayerNorm') || name.endsWith('.bias');
      return [name, { shape, data: isNorm ? data : Float32Array.from(data, () => 0.05 * random.normal()) }];
    }),
  );
  const pooler = weights.get('bert.pooler.dense.weight')?.data;
  if (pooler !== undefined) pooler[0] = (pooler[0] ?? 0) + poison;
  return weights;
}
