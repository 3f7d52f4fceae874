/** The heads of a model folder: those this project wrote, or the one of a Transformers sequence classifier. */
import type { LengthLimit } from '../text/truncate.js';
import { join } from 'node:path';
import type { BertConfig } from './bert-config.js';
import type { CheckpointLayout } from './checkpoint-layout.js';
import { parseClassifierConfig } from './classifier-config.js';
import { Head, type HeadSpec } from './head.js';
import { importClassifier, type HeadTask } from './import-classifier.js';
import type { ImportNotice } from './open-encoder.js';
import { loadParameters } from './parameters.js';
import { readSafetensors } from './safetensors.js';
import { BornAgainError } from '../util/errors.js';
import type { NamedTensor, TensorSource } from './weights/source.js';

export const HEADS_FILE = 'heads.safetensors';

/** Throws ERR_SAFETENSORS, ERR_CHECKPOINT, ERR_IO. */
export async function openHeads(dir: string, specs: readonly HeadSpec[], hiddenSize: number, device: string): Promise<Head[]> {
  if (specs.length === 0) return [];
  const path = join(dir, HEADS_FILE);
  const { tensors } = await readSafetensors(path);
  return loadHeads(specs, tensors, hiddenSize, device, path);
}

export interface ClassifierRequest {
  readonly dir: string;
  /** As the file has it: the head's dropout may come from its rates. */
  readonly config: BertConfig;
  readonly source: TensorSource;
  readonly layout: CheckpointLayout;
  readonly task: HeadTask;
  readonly device: string;
}

export interface OpenedClassifier {
  readonly head: Head;
  readonly notices: readonly ImportNotice[];
  /** Tokens per sequence it was trained with, where this project exported it. */
  readonly limit: LengthLimit | null;
}

/** Null where the folder holds no sequence classifier. Throws ERR_MODEL_FOLDER (of another task), ERR_CHECKPOINT (missing, misshapen). */
export async function openClassifier(request: ClassifierRequest): Promise<OpenedClassifier | null> {
  const { dir, config, source, layout, task, device } = request;
  const path = join(dir, 'config.json');
  const classifier = parseClassifierConfig(config.source, path);
  if (layout.classifier.length === 0 || !classifier.ofSequences) return null;
  const tensors = await readClassifier(source, layout, config.hiddenSize);
  const { spec, weight, bias, notices } = importClassifier({
    config: classifier,
    tensors,
    task,
    hiddenDropout: config.hiddenDropout,
    path,
  });
  const named = new Map([
    [`heads.${spec.task}.classifier.weight`, weight],
    [`heads.${spec.task}.classifier.bias`, bias],
  ]);
  const [head] = loadHeads([spec], named, config.hiddenSize, device, source.path) as [Head];
  return {
    head,
    notices,
    limit: classifier.note === null ? null : { maxLength: classifier.note.maxLength, truncation: classifier.note.truncation },
  };
}

function loadHeads(
  specs: readonly HeadSpec[],
  tensors: ReadonlyMap<string, NamedTensor>,
  hiddenSize: number,
  device: string,
  path: string,
): Head[] {
  const heads = specs.map((spec) => Head.create(spec, hiddenSize, device));
  try {
    loadParameters(
      heads.map((head) => head.native),
      tensors,
      path,
    );
    return heads;
  } catch (error) {
    for (const head of heads) head.dispose();
    throw error;
  }
}

async function readClassifier(
  source: TensorSource,
  layout: CheckpointLayout,
  hiddenSize: number,
): Promise<{ weight: NamedTensor; bias: NamedTensor }> {
  const refuse = (what: string): never => {
    throw new BornAgainError('ERR_CHECKPOINT', `${source.path} does not fit the model: ${what}`, { path: source.path });
  };
  const nameOf = (part: string): string =>
    layout.classifier.find((name) => name.endsWith(`classifier.${part}`)) ?? refuse(`'classifier.${part}' is missing`);
  const [weightName, biasName] = [nameOf('weight'), nameOf('bias')];
  const other = layout.classifier.find((name) => name !== weightName && name !== biasName);
  if (other !== undefined) refuse(`'${other}' is not part of a sequence classifier of one linear layer`);
  const [outputs = 0, width] = source.shapes.get(weightName) ?? [];
  const [biases, ...rest] = source.shapes.get(biasName) ?? [];
  if (outputs === 0 || width !== hiddenSize) refuse(`'${weightName}' is [${outputs}, ${width}], the model needs [labels, ${hiddenSize}]`);
  if (biases !== outputs || rest.length > 0) refuse(`'${biasName}' has ${biases} values, '${weightName}' ${outputs} rows`);
  return { weight: await source.read(weightName), bias: await source.read(biasName) };
}
