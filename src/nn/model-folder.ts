/**
 * Model folders. What is read is a Hugging Face BERT folder; what is written is one as well (config.json, model.safetensors, the tokeniser's
 * files), with the tasks' heads beside it in heads.safetensors and described in bornagain.json.
 */
import { access, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import { writeFileAtomic } from '../util/atomic-file.js';
import { sha256, sha256File } from '../util/hash.js';
import { Bert } from './bert.js';
import { readBertConfig, type BertConfig } from './bert-config.js';
import { Head, type HeadSpec } from './head.js';
import { readHeadsFile, writeHeadsFile, type ModelInfo } from './heads-file.js';
import { modelCard } from './model-card.js';
import { loadParameters } from './parameters.js';
import { readSafetensors, writeSafetensors, type NamedTensor } from './safetensors.js';

const WEIGHTS = 'model.safetensors';
const HEADS = 'heads.safetensors';
const TOKENIZER_FILES = ['tokenizer.json', 'vocab.txt', 'tokenizer_config.json', 'special_tokens_map.json'];

export interface OpenedModel {
  readonly bert: Bert;
  readonly config: BertConfig;
  /** Empty for a plain encoder. */
  readonly heads: readonly Head[];
  readonly headSpecs: readonly HeadSpec[];
  readonly info: ModelInfo | null;
  /** SHA-256 over what decides the outputs: configuration, weights and heads. */
  readonly hash: string;
  /** Tensors of the file that belong to no part of the encoder and were left out, by name. */
  readonly leftOut: readonly string[];
}

export interface OpenOptions {
  readonly device: string;
  /** Overrides both dropout rates of config.json; null keeps them. */
  readonly dropout: number | null;
}

/** Reads an encoder and, where the folder has them, its heads. Throws ERR_MODEL_FOLDER, ERR_SAFETENSORS, ERR_CHECKPOINT, ERR_DEVICE. */
export async function openModelFolder(dir: string, options: OpenOptions): Promise<OpenedModel> {
  const file = await readBertConfig(dir);
  const rates = options.dropout === null ? {} : { hiddenDropout: options.dropout, attentionDropout: options.dropout };
  const config = { ...file, ...rates };
  const weights = join(dir, WEIGHTS);
  await requireWeights(dir, weights);
  const { tensors, leftOut } = encoderTensors((await readSafetensors(weights)).tensors);
  const bert = Bert.create(config, options.device);
  bert.load(tensors, weights);
  const description = await readHeadsFile(dir);
  const headSpecs = description?.heads ?? [];
  const heads = await openHeads(dir, headSpecs, config.hiddenSize, options.device);
  return { bert, config, heads, headSpecs, info: description?.info ?? null, hash: await modelFolderHash(dir), leftOut };
}

/** The hash of `openModelFolder` without loading the weights. */
export async function modelFolderHash(dir: string): Promise<string> {
  const config = await readBertConfig(dir);
  const description = await readHeadsFile(dir);
  const heads = description ? await sha256File(join(dir, HEADS)) : '';
  return sha256(JSON.stringify([config.source, description?.heads ?? []]), await sha256File(join(dir, WEIGHTS)), heads);
}

async function requireWeights(dir: string, weights: string): Promise<void> {
  try {
    await access(weights);
  } catch (cause) {
    const found = (await readdir(dir)).join(', ');
    throw new BornAgainError(
      'ERR_MODEL_FOLDER',
      `${dir} has no ${WEIGHTS} (found: ${found}); save the model with safe_serialization`,
      { dir },
      { cause },
    );
  }
}

/** Brings names to `bert.…`. Position ids (a buffer of older files) and heads of pre-training or of another task are no encoder weights. */
function encoderTensors(file: ReadonlyMap<string, NamedTensor>): { tensors: Map<string, NamedTensor>; leftOut: string[] } {
  const prefixed = [...file.keys()].some((name) => name.startsWith('bert.'));
  const tensors = new Map<string, NamedTensor>();
  const leftOut: string[] = [];
  for (const [name, tensor] of file) {
    const full = prefixed ? name : `bert.${name}`;
    if (full.endsWith('.embeddings.position_ids') || /^(bert\.)?(cls|classifier)\./.test(name)) leftOut.push(name);
    else tensors.set(full, tensor);
  }
  return { tensors, leftOut };
}

async function openHeads(dir: string, specs: readonly HeadSpec[], hiddenSize: number, device: string): Promise<Head[]> {
  if (specs.length === 0) return [];
  const path = join(dir, HEADS);
  const { tensors } = await readSafetensors(path);
  const heads = specs.map((spec) => Head.create(spec, hiddenSize, device));
  loadParameters(
    heads.map((head) => head.native),
    tensors,
    path,
  );
  return heads;
}

export interface WriteOptions {
  readonly bert: Bert;
  readonly heads: readonly Head[];
  /** Folder whose tokeniser files are copied. */
  readonly tokenizerFrom: string;
  readonly info: ModelInfo;
}

/** Writes the folder beside its place and moves it there whole; a folder already there is replaced. Throws ERR_IO. */
export async function writeModelFolder(dir: string, { bert, heads, tokenizerFrom, info }: WriteOptions): Promise<void> {
  const temporary = join(dirname(dir), `.${basename(dir)}.${process.pid}.tmp`);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    const config = { ...bert.config.source, architectures: ['BertModel'], model_type: 'bert' };
    await writeFileAtomic(join(temporary, 'config.json'), JSON.stringify(config, null, 2) + '\n');
    await writeSafetensors(join(temporary, WEIGHTS), bert.tensors());
    await writeSafetensors(join(temporary, HEADS), new Map(heads.flatMap((head) => [...head.tensors()])));
    await writeHeadsFile(temporary, { heads: heads.map((head) => head.spec), info });
    await copyTokenizer(tokenizerFrom, temporary);
    await writeFileAtomic(
      join(temporary, 'README.md'),
      modelCard(
        bert.config,
        heads.map((head) => head.spec),
        info,
      ),
    );
    await rm(dir, { recursive: true, force: true });
    await rename(temporary, dir);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function copyTokenizer(from: string, to: string): Promise<void> {
  const present = new Set(await readdir(from));
  for (const name of TOKENIZER_FILES) if (present.has(name)) await copyFile(join(from, name), join(to, name));
}
