/**
 * Export to Transformers: for a task, the encoder and its head as the folder of a BertForSequenceClassification. It gives the same logits;
 * a regression's sigmoid is not part of such a model and is written down instead (`outputMeaning`).
 */
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../util/atomic-file.js';
import { BornAgainError } from '../util/errors.js';
import { readJsonFile, writeJsonFile } from '../util/json-file.js';
import { exportCard, outputMeaning } from './model-card.js';
import { classifierConfigFile } from './model-config-file.js';
import { openModelFolder, type OpenedModel } from './model-folder.js';
import { lazyParameters } from './parameters.js';
import { writeLazySafetensors } from './safetensors.js';
import { copyTokenizer, readLicence, replaceFolder, requireFree } from './write-folder.js';

export interface ExportOptions {
  /** A model this project trained. */
  readonly modelDir: string;
  /** Each task's folder becomes `outDir/<task>`. */
  readonly outDir: string;
  /** All of the model's tasks, when left out. */
  readonly tasks?: readonly string[] | undefined;
}

export interface ExportedModel {
  readonly task: string;
  readonly folder: string;
  /** What the logits mean in Transformers. */
  readonly outputs: string;
}

/**
 * One folder for each task.
 * @throws BornAgainError ERR_MODEL_FOLDER (not a model of this project), ERR_UNKNOWN_TASK (it has no such head), ERR_OUTPUT_FOLDER (a
 *   task's folder is there and not empty; nothing is written then), and what reading and writing throw
 */
export async function exportModel({ modelDir, outDir, tasks }: ExportOptions): Promise<ExportedModel[]> {
  const model = await openModelFolder(modelDir, { device: 'cpu', dropout: null });
  try {
    const chosen = tasks ?? model.headSpecs.map((head) => head.task);
    requireHeads(model, modelDir, chosen);
    for (const task of chosen) await requireFree(taskFolder(outDir, task));
    const exported: ExportedModel[] = [];
    for (const task of chosen) exported.push(await writeTask(model, modelDir, task, taskFolder(outDir, task)));
    return exported;
  } finally {
    for (const module of [model.bert, ...model.heads]) module.dispose();
  }
}

/** As `exportModel`, of one task into `outDir/<task>`. */
export async function exportTaskModel(options: Omit<ExportOptions, 'tasks'> & { readonly task: string }): Promise<ExportedModel> {
  const [exported] = await exportModel({ ...options, tasks: [options.task] });
  return exported as ExportedModel;
}

async function writeTask(model: OpenedModel, modelDir: string, task: string, folder: string): Promise<ExportedModel> {
  const { bert, config, heads, info } = model;
  const head = heads.find((candidate) => candidate.task === task);
  if (head === undefined || info === null) throw new RangeError(`${task} was not checked`);
  const { spec } = head;
  const licence = await readLicence(modelDir);
  await replaceFolder(folder, async (place) => {
    await writeJsonFile(
      join(place, 'config.json'),
      classifierConfigFile(config, spec, { maxLength: info.maxLength, truncation: info.truncation }),
    );
    const classifier = lazyParameters([head.native], (name) => name.slice(`heads.${task}.`.length));
    await writeLazySafetensors(join(place, 'model.safetensors'), [...lazyParameters([bert.native]), ...classifier]);
    await copyTokenizer(modelDir, place);
    await limitTokenizer(place, info.maxLength);
    await writeFileAtomic(join(place, 'README.md'), exportCard({ config, info, licence }, spec));
  });
  return { task, folder, outputs: outputMeaning(spec) };
}

/** A call with `truncation=True` then cuts where the model was trained to be cut, also where it names no length. A tokeniser of a vocab.txt alone says nothing. */
async function limitTokenizer(folder: string, maxLength: number): Promise<void> {
  const path = join(folder, 'tokenizer_config.json');
  const config = await readJsonFile(path, z.record(z.string(), z.unknown()), 'ERR_TOKENIZER', 'Mend it, or remove it from the model');
  if (config !== null) await writeJsonFile(path, { ...config, model_max_length: maxLength });
}

function requireHeads({ headSpecs, info }: OpenedModel, modelDir: string, tasks: readonly string[]): void {
  if (headSpecs.length === 0 || info === null) {
    const message = `${modelDir} has no heads of tasks to export: it is no model that bornagain trained. Train one first`;
    throw new BornAgainError('ERR_MODEL_FOLDER', message, { modelDir });
  }
  const known = headSpecs.map((head) => head.task);
  const unknown = tasks.find((task) => !known.includes(task));
  if (unknown === undefined) return;
  const message = `the model has no head for ${unknown}: its heads are ${known.join(', ')}`;
  throw new BornAgainError('ERR_UNKNOWN_TASK', message, { task: unknown, known });
}

/** A name out of a file must not lead out of the folder. */
function taskFolder(outDir: string, task: string): string {
  if (/^[\w][\w.-]*$/.test(task)) return join(outDir, task);
  throw new BornAgainError('ERR_MODEL_FOLDER', `the task name '${task}' cannot be a folder's name: letters, digits, '_', '-' and '.' can`, {
    task,
  });
}
