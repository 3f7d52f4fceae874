/**
 * Model folders. What is read is a Hugging Face BERT folder; what is written is one as well (config.json, model.safetensors, the tokeniser's
 * files), with the tasks' heads beside it in heads.safetensors and described in bornagain.json.
 */
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '../util/atomic-file.js';
import { sha256, sha256File } from '../util/hash.js';
import type { Bert } from './bert.js';
import { readBertConfig, type BertConfig } from './bert-config.js';
import { checkpointLayout } from './checkpoint-layout.js';
import type { Head, HeadSpec } from './head.js';
import { readHeadsFile, writeHeadsFile, type ModelInfo } from './heads-file.js';
import type { HeadTask } from './import-classifier.js';
import { modelCard } from './model-card.js';
import type { Module } from './module.js';
import { encoderNotices, openEncoder, type ImportNotice } from './open-encoder.js';
import { HEADS_FILE, openClassifier, openHeads } from './open-heads.js';
import { writeSafetensors } from './safetensors.js';
import { hashWeights, openWeights } from './weights/open.js';

const WEIGHTS = 'model.safetensors';
const TOKENIZER_FILES = ['tokenizer.json', 'vocab.txt', 'tokenizer_config.json', 'special_tokens_map.json'];

export interface OpenedModel {
  readonly bert: Bert;
  readonly config: BertConfig;
  /** Empty for a plain encoder. */
  readonly heads: readonly Head[];
  readonly headSpecs: readonly HeadSpec[];
  /** Null for a folder that this project did not write. */
  readonly info: ModelInfo | null;
  /** Tokens per sequence it was trained with; the positions it has where the folder does not say. */
  readonly maxLength: number;
  /** SHA-256 over what decides the outputs: configuration, weights and heads. */
  readonly hash: string;
  /** How the weights' file has them: under `bert.` or bare; the pooler read, or drawn anew; a sequence classifier beside them or none. */
  readonly layout: { readonly prefix: 'bert.' | ''; readonly pooler: 'read' | 'new'; readonly classifier: boolean };
  /** Tensors of the file that were left out, by name. */
  readonly leftOut: readonly string[];
  /** What of this a person should be told. */
  readonly notices: readonly ImportNotice[];
}

export interface OpenOptions {
  readonly device: string;
  /** Overrides both dropout rates of config.json; null keeps them. */
  readonly dropout: number | null;
  /** Seed of a pooler where the file has none, for an encoder that is to be trained; without it such a file is refused. */
  readonly poolerSeed?: number;
  /** The task whose head a sequence classifier of Transformers becomes; without it such a classifier is left out. */
  readonly classifierTask?: HeadTask;
}

/** Reads an encoder and, where the folder has them, its heads. Throws ERR_MODEL_FOLDER, ERR_SAFETENSORS, ERR_PYTORCH_FILE, ERR_CHECKPOINT, ERR_DEVICE. */
export async function openModelFolder(dir: string, options: OpenOptions): Promise<OpenedModel> {
  const { device, dropout, classifierTask } = options;
  const file = await readBertConfig(dir);
  const config = dropout === null ? file : { ...file, hiddenDropout: dropout, attentionDropout: dropout };
  const description = await readHeadsFile(dir);
  const source = await openWeights(dir);
  const modules: Module[] = [];
  try {
    const layout = checkpointLayout(source.shapes.keys(), source.path);
    // A head was trained on its own pooler: one drawn anew under it would give noise for answers.
    const trained = description !== null || classifierTask !== undefined;
    const request = { config, source, layout, device, poolerSeed: trained ? null : (options.poolerSeed ?? null) };
    const bert = await openEncoder(request);
    modules.push(bert);
    const imported =
      description === null && classifierTask !== undefined
        ? await openClassifier({ dir, config: file, source, layout, task: classifierTask, device })
        : null;
    const heads = imported === null ? await openHeads(dir, description?.heads ?? [], config.hiddenSize, device) : [imported.head];
    modules.push(...heads);
    const leftOut = [...layout.leftOut, ...(imported === null ? layout.classifier : [])];
    return {
      ...{ bert, config, heads, headSpecs: heads.map((head) => head.spec), info: description?.info ?? null },
      maxLength: description?.info.maxLength ?? imported?.maxLength ?? config.maxPositions,
      hash: await modelFolderHash(dir),
      layout: { prefix: layout.prefix, pooler: layout.pooler === 'missing' ? 'new' : 'read', classifier: layout.classifier.length > 0 },
      leftOut,
      notices: [...encoderNotices(request, leftOut), ...(imported?.notices ?? [])],
    };
  } catch (error) {
    for (const module of modules) module.dispose();
    throw error;
  } finally {
    await source.close();
  }
}

/** The hash of `openModelFolder` without loading the weights. */
export async function modelFolderHash(dir: string): Promise<string> {
  const config = await readBertConfig(dir);
  const description = await readHeadsFile(dir);
  const heads = description ? await sha256File(join(dir, HEADS_FILE)) : '';
  return sha256(JSON.stringify([config.source, description?.heads ?? []]), ...(await hashWeights(dir)), heads);
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
    await writeSafetensors(join(temporary, HEADS_FILE), new Map(heads.flatMap((head) => [...head.tensors()])));
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
