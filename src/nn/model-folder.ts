/**
 * Model folders. What is read is a Hugging Face BERT folder; what is written is one as well (config.json, model.safetensors, the tokeniser's
 * files), with the tasks' heads beside it in heads.safetensors and described in bornagain.json.
 */
import type { LengthLimit } from '../text/truncate.js';
import { join } from 'node:path';
import { writeFileAtomic } from '../util/atomic-file.js';
import { sha256, sha256File } from '../util/hash.js';
import { linkOrCopy } from '../util/link-file.js';
import { writeJsonFile } from '../util/json-file.js';
import type { Bert } from './bert.js';
import { readBertConfig, type BertConfig } from './bert-config.js';
import { checkpointLayout } from './checkpoint-layout.js';
import type { Head, HeadSpec } from './head.js';
import { DESCRIPTION_FILE, readHeadsFile, writeHeadsFile, type ModelInfo } from './heads-file.js';
import type { HeadTask } from './import-classifier.js';
import { modelCard } from './model-card.js';
import { encoderConfigFile } from './model-config-file.js';
import type { Module } from './module.js';
import { encoderNotices, openEncoder, type ImportNotice } from './open-encoder.js';
import { HEADS_FILE, openClassifier, openHeads } from './open-heads.js';
import { lazyParameters } from './parameters.js';
import { SafetensorsReader, writeLazySafetensors } from './safetensors.js';
import { hashWeights, openWeights } from './weights/open.js';
import { copyTokenizer, readLicence, replaceFolder, requireFree } from './write-folder.js';

export interface OpenedModel {
  readonly bert: Bert;
  readonly config: BertConfig;
  /** Empty for a plain encoder. */
  readonly heads: readonly Head[];
  readonly headSpecs: readonly HeadSpec[];
  /** Null for a folder that this project did not write. */
  readonly info: ModelInfo | null;
  /** How its sequences were cut in training; to the positions it has where the folder does not say. */
  readonly limit: LengthLimit;
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
      limit: limitOf(description?.info ?? imported?.limit ?? { maxLength: config.maxPositions, truncation: 'longest_first' }),
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

/**
 * Looks whether its files are whole: descriptions are read, weights by their headers and sizes alone.
 * @throws BornAgainError ERR_MODEL_FOLDER, ERR_SAFETENSORS, ERR_PYTORCH_FILE, ERR_IO
 */
export async function checkModelFolder(dir: string): Promise<void> {
  await readBertConfig(dir);
  const description = await readHeadsFile(dir);
  await (await openWeights(dir)).close();
  if (description !== null) await (await SafetensorsReader.open(join(dir, HEADS_FILE))).close();
}

export interface WriteOptions {
  readonly bert: Bert;
  readonly heads: readonly Head[];
  /** Folder whose tokeniser files are copied. */
  readonly tokenizerFrom: string;
  readonly info: ModelInfo;
}

/**
 * Writes the folder beside its place and moves it there whole; a model already there that this function wrote is replaced.
 * @throws BornAgainError ERR_OUTPUT_FOLDER (something else is there; nothing is changed then), ERR_IO
 */
export async function writeModelFolder(dir: string, { bert, heads, tokenizerFrom, info }: WriteOptions): Promise<void> {
  await requireFree(dir, DESCRIPTION_FILE);
  const specs = heads.map((head) => head.spec);
  const licence = await readLicence(tokenizerFrom);
  await replaceFolder(dir, async (folder) => {
    await writeJsonFile(join(folder, 'config.json'), encoderConfigFile(bert.config));
    await writeLazySafetensors(join(folder, 'model.safetensors'), lazyParameters([bert.native]));
    await writeLazySafetensors(join(folder, HEADS_FILE), lazyParameters(heads.map((head) => head.native)));
    await writeHeadsFile(folder, { heads: specs, info });
    await copyTokenizer(tokenizerFrom, folder);
    await writeFileAtomic(join(folder, 'README.md'), modelCard({ config: bert.config, info, licence }, specs));
  });
}

/** The folder under another description. Weights are linked where they can be; the folder appears whole. Throws ERR_IO. */
export async function copyModelFolder(from: string, to: string, info: ModelInfo): Promise<void> {
  const config = await readBertConfig(from);
  const heads = (await readHeadsFile(from))?.heads ?? [];
  const licence = await readLicence(from);
  await replaceFolder(to, async (folder) => {
    for (const name of ['config.json', 'model.safetensors', HEADS_FILE]) await linkOrCopy(join(from, name), join(folder, name));
    await copyTokenizer(from, folder);
    await writeHeadsFile(folder, { heads, info });
    await writeFileAtomic(join(folder, 'README.md'), modelCard({ config, info, licence }, heads));
  });
}

function limitOf({ maxLength, truncation }: LengthLimit): LengthLimit {
  return { maxLength, truncation };
}
