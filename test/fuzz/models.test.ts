/** Model folders, damaged: weights in every form, configurations, heads, tokenisers, checkpoints. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import type { HeadTask } from '../../src/nn/import-classifier.js';
import { initHead } from '../../src/nn/head.js';
import { modelFolderHash, openModelFolder, writeModelFolder } from '../../src/nn/model-folder.js';
import { writeSafetensors } from '../../src/nn/safetensors.js';
import { openWeights } from '../../src/nn/weights/open.js';
import { Tokenizer } from '../../src/text/tokenizer.js';
import { readSessionState, writeSessionState } from '../../src/train/session-state.js';
import { checkTargets } from './lib/check.js';
import type { FuzzTarget } from './lib/fuzz.js';
import { mutateBytes, mutateJson, mutateText, pick, several, type Mutate } from './lib/mutate.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const IMPORTS = join(FIXTURES, 'model-import');
/** Name of the folder that a written model is in. */
const OWN = 'model';
const STSB: HeadTask = { name: 'stsb', kind: 'regression', labels: [], scoreRange: [0, 5] };
const MNLI: HeadTask = { name: 'mnli', kind: 'classification', labels: ['contradiction', 'entailment', 'neutral'], scoreRange: null };
const RTE: HeadTask = { name: 'rte', kind: 'classification', labels: ['entailment', 'not_entailment'], scoreRange: null };

type Files = FuzzTarget['files'];

/** The folder's files; those that `mutations` names are damaged. */
async function filesOf(dir: string, mutations: Readonly<Record<string, Mutate>>): Promise<Files> {
  const names = (await readdir(dir)).filter((name) => name !== 'expected.safetensors');
  const entries = names.map(async (name) => [name, { bytes: await readFile(join(dir, name)), mutate: mutations[name] ?? null }] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** The header's JSON damaged under a length that fits it, or any byte of the file. */
const mutateSafetensors: Mutate = (bytes, random) => {
  if (random.integer(4) === 0) return mutateBytes(bytes, random);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = mutateJson(bytes.subarray(8, 8 + length), random);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([prefix, header, bytes.subarray(8 + length)]);
};

/** In the pickle of a file of torch.save an operand or an instruction, or any byte of the file. */
const mutateTorch: Mutate = (bytes, random) => {
  const start = bytes.indexOf(Buffer.from([0x80, 2]));
  const end = bytes.indexOf('PK', start);
  if (random.integer(3) === 0) return mutateBytes(bytes, random);
  const result = Buffer.from(bytes);
  for (let left = 1 + random.integer(3); left > 0; left -= 1) {
    result[start + random.integer(end - start)] = pick(random, [
      ...Buffer.from('(.0K}])tRbQqhNJMXsu\u0085\u0086\u0087', 'latin1'),
      0xff,
      0x7f,
      0,
    ]);
  }
  return result;
};

/** The end of a zip, where its directory stands. */
const mutateZipDirectory: Mutate = (bytes, random) => {
  const start = bytes.indexOf('PK\x01\x02', 0, 'latin1');
  return Buffer.concat([bytes.subarray(0, start), mutateBytes(bytes.subarray(start), random)]);
};

async function readWeights(folder: string): Promise<void> {
  const source = await openWeights(folder);
  try {
    for (const name of source.shapes.keys()) await source.read(name);
  } finally {
    await source.close();
  }
}

function readModel(task: HeadTask | undefined): (folder: string) => Promise<void> {
  return async (folder) => {
    await modelFolderHash(folder);
    const options = { device: 'cpu', dropout: null, poolerSeed: 1, ...(task === undefined ? {} : { classifierTask: task }) };
    const { bert, heads } = await openModelFolder(folder, options);
    for (const module of [bert, ...heads]) module.dispose();
  };
}

async function readTokenizer(folder: string): Promise<void> {
  const tokenizer = await Tokenizer.fromFolder(folder);
  await tokenizer.encode(['the movie was great [SEP]', '中文 naïve', '']);
}

/** What `make` writes into a folder, or into one below it, as sound files. */
async function made(make: (dir: string) => Promise<void>, mutations: Readonly<Record<string, Mutate>>, below = ''): Promise<Files> {
  const dir = await mkdtemp(join(tmpdir(), 'bornagain-fuzz-make-'));
  try {
    await make(dir);
    return await filesOf(join(dir, below), mutations);
  } finally {
    await rm(dir, { recursive: true });
  }
}

const PARAMETERS = [
  { name: 'a.weight', shape: [2, 3] },
  { name: 'a.bias', shape: [2] },
];

async function writeCheckpoint(dir: string): Promise<void> {
  const values = () => PARAMETERS.map(({ shape }) => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i));
  const state = { steps: 7, parameters: values(), firstMoments: values(), secondMoments: values() };
  await writeSessionState(join(dir, 'step-00000007.safetensors'), PARAMETERS, state);
}

/** In a folder below, because it is put in place whole. */
async function writeOwnModel(dir: string): Promise<void> {
  const { bert } = await openModelFolder(join(IMPORTS, 'regression'), { device: 'cpu', dropout: null });
  const { name: task, ...answers } = RTE;
  const head = initHead(
    { ...answers, task, texts: 2, activation: 'linear', dropout: 0.1 },
    bert.config.hiddenSize,
    'cpu',
    1,
    'truncated_normal',
  );
  const scores = { rte: { accuracy: 0.5 } };
  const info = { arm: 'multi', seed: 1, tasks: ['rte'], preset: 'paper', maxLength: 20, truncation: 'reference' as const, scores };
  await writeModelFolder(join(dir, OWN), { bert, heads: [head], tokenizerFrom: join(FIXTURES, 'text/uncased'), info });
  for (const module of [bert, head]) module.dispose();
}

const TENSORS = new Map([
  ['weight', { shape: [3, 4], data: new Float32Array(12) }],
  ['scalar', { shape: [], data: new Float32Array(1) }],
  ['empty', { shape: [0, 4], data: new Float32Array(0) }],
]);

const importTarget = (cases: number, folder: string, mutations: Readonly<Record<string, Mutate>>, task?: HeadTask) => async () => ({
  cases,
  files: await filesOf(join(IMPORTS, folder), mutations),
  read: task === undefined ? readWeights : readModel(task),
});

describe('a damaged model', () => {
  checkTargets(4000, {
    'model.safetensors': async () => ({
      cases: 1000,
      files: await made((dir) => writeSafetensors(join(dir, 'model.safetensors'), TENSORS), { 'model.safetensors': mutateSafetensors }),
      read: readWeights,
    }),
    'model.safetensors of a classifier': importTarget(200, 'regression', { 'model.safetensors': mutateSafetensors }, STSB),
    'shards with an index': importTarget(
      300,
      'sharded-classifier',
      { 'model.safetensors.index.json': mutateJson, 'model-00001-of-00002.safetensors': mutateSafetensors },
      MNLI,
    ),
    'pytorch_model.bin': importTarget(400, 'bin-classifier', {
      'pytorch_model.bin': several(mutateTorch, mutateTorch, mutateZipDirectory),
    }),
    'shards of pytorch_model.bin': importTarget(200, 'strided-bin', {
      'pytorch_model.bin.index.json': mutateJson,
      'pytorch_model-00001-of-00002.bin': mutateTorch,
    }),
    'config.json': importTarget(500, 'regression', { 'config.json': mutateJson }, STSB),
    'config.json of a classifier with labels': importTarget(200, 'sharded-classifier', { 'config.json': mutateJson }, MNLI),
    'a model of our own': async () => ({
      cases: 400,
      files: await made(
        writeOwnModel,
        { 'bornagain.json': mutateJson, 'heads.safetensors': mutateSafetensors, 'config.json': mutateJson },
        OWN,
      ),
      read: readModel(undefined),
    }),
    'vocab.txt': async () => ({
      cases: 300,
      files: await filesOf(join(FIXTURES, 'text/accents'), { 'vocab.txt': mutateText, 'tokenizer_config.json': mutateJson }),
      read: readTokenizer,
    }),
    'tokenizer.json': async () => ({
      cases: 500,
      files: await filesOf(join(FIXTURES, 'text/overridden'), { 'tokenizer.json': mutateJson, 'tokenizer_config.json': mutateJson }),
      read: readTokenizer,
    }),
    'a checkpoint': async () => ({
      cases: 300,
      files: await made(writeCheckpoint, { 'step-00000007.safetensors': mutateSafetensors }),
      read: async (folder) => void (await readSessionState(join(folder, 'step-00000007.safetensors'), PARAMETERS)),
    }),
  });
});
