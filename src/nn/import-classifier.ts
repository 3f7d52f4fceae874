/**
 * The head of a Hugging Face sequence classifier as the head of a task: classes in the task's order by their names, scores in the task's
 * scale. Transformers trains a regression on raw scores; heads here predict them scaled to [0, 1], so an imported one is rescaled.
 */
import { BornAgainError } from '../util/errors.js';
import type { ClassifierConfig } from './classifier-config.js';
import type { HeadSpec } from './head.js';
import type { ImportNotice } from './open-encoder.js';
import type { NamedTensor } from './weights/source.js';

/** What a head needs to know of its task. */
export interface HeadTask {
  readonly name: string;
  readonly kind: 'classification' | 'regression';
  /** Of an example, where it is known. */
  readonly texts?: 1 | 2 | undefined;
  /** In class-index order; empty for regression. */
  readonly labels: readonly string[];
  readonly scoreRange: readonly [number, number] | null;
  /** Classes as Hugging Face's `glue` data set names and orders them, with the task's label of each: models are trained on it. */
  readonly hub?: { readonly labels: readonly (readonly [name: string, label: string])[] } | null;
}

export interface ClassifierTensors {
  /** [labels, h] */
  readonly weight: NamedTensor;
  /** [labels] */
  readonly bias: NamedTensor;
}

export interface ImportedHead extends ClassifierTensors {
  readonly spec: HeadSpec;
  readonly notices: readonly ImportNotice[];
}

export interface ImportedHeadRequest {
  readonly config: ClassifierConfig;
  readonly tensors: ClassifierTensors;
  readonly task: HeadTask;
  /** Where config.json leaves the head's dropout to it. */
  readonly hiddenDropout: number;
  /** Of config.json, for messages. */
  readonly path: string;
}

/** Throws ERR_MODEL_FOLDER where the classifier is not one of that task. */
export function importClassifier(request: ImportedHeadRequest): ImportedHead {
  const { config, tensors, task, path } = request;
  const outputs = tensors.bias.shape[0] ?? 0;
  const kind = outputs === 1 && (config.problem ?? 'regression') === 'regression' ? 'regression' : 'classification';
  if (config.problem === 'multi_label_classification') {
    throw refusal(path, 'problem_type multi_label_classification is not supported: a head here gives one label, not several');
  }
  if (config.problem === 'regression' && outputs > 1)
    throw refusal(path, `a regression of ${outputs} scores is not supported, only of one`);
  if (kind !== task.kind) throw refusal(path, `the model's head is a ${kind} of ${outputs} outputs, ${task.name} is a ${task.kind}`);
  if (config.labels !== null && config.labels.length !== outputs) {
    throw refusal(path, `id2label names ${config.labels.length} labels, the head has ${outputs} outputs`);
  }
  return kind === 'regression' ? regression(request) : classification(request, outputs);
}

function refusal(path: string, what: string): BornAgainError {
  return new BornAgainError('ERR_MODEL_FOLDER', `${path}: ${what}`, { path });
}

function specOf({ config, task, hiddenDropout }: ImportedHeadRequest, activation: HeadSpec['activation']): HeadSpec {
  const { name, kind, texts, labels, scoreRange } = task;
  return { task: name, kind, texts, labels, scoreRange, activation, dropout: config.dropout ?? hiddenDropout };
}

function classification(request: ImportedHeadRequest, outputs: number): ImportedHead {
  const { task, tensors, config } = request;
  const labels = config.labels ?? Array.from({ length: outputs }, (_, index) => `LABEL_${index}`);
  const { classes, notices } = matchLabels(labels, task, request.path);
  const { weight, bias } = tensors;
  const width = weight.data.length / outputs;
  const rows = new Float32Array(weight.data.length);
  classes.forEach((from, to) => rows.set(weight.data.subarray(from * width, (from + 1) * width), to * width));
  return {
    spec: specOf(request, 'linear'),
    weight: { shape: weight.shape, data: rows },
    bias: { shape: bias.shape, data: Float32Array.from(classes, (from) => bias.data[from] as number) },
    notices,
  };
}

/** By task label, the classifier's class. Names count; the unnamed LABEL_0, LABEL_1 … by position where there is one order, which is said. */
function matchLabels(labels: readonly string[], task: HeadTask, path: string): { classes: number[]; notices: ImportNotice[] } {
  const sets = `the model's labels are ${labels.join(', ')}, those of ${task.name} are ${task.labels.join(', ')}`;
  const entries = task.labels.map((label, index) => `"${index}": "${label}"`).join(', ');
  const advice = `Name the classes there in the order of the model's outputs, with the task's names: "id2label": {${entries}}, or permuted`;
  if (labels.length !== task.labels.length) throw refusal(path, `${sets}: not as many`);
  if (labels.every((label, index) => label === `LABEL_${index}`)) {
    const hubOrder = task.hub?.labels.map(([, label]) => label) ?? task.labels;
    if (hubOrder.join() !== task.labels.join()) {
      const orders = `${task.labels.join(', ')} (the reference) and ${hubOrder.join(', ')} (Hugging Face's data set)`;
      throw refusal(path, `the model does not name its labels, and ${task.name} is trained in two orders: ${orders}. ${advice}`);
    }
    const pairs = labels.map((label, index) => `${label} as ${task.labels[index]}`).join(', ');
    const message = `${path} does not name its labels; they are taken by position: ${pairs}. If the model was trained with another order, set id2label there`;
    return { classes: [...labels.keys()], notices: [{ level: 'warning', message }] };
  }
  const classes = namedClasses(labels, task);
  if (classes !== null) return { classes, notices: [] };
  throw refusal(path, `${sets}. If they mean the same: ${advice}`);
}

/** By the task's exact names; else by those or the data set's, case and separators aside. Null unless each label is one class. */
function namedClasses(labels: readonly string[], { labels: wanted, hub }: HeadTask): number[] | null {
  const exact = wanted.map((label) => labels.indexOf(label));
  if (!exact.includes(-1)) return exact;
  const folded = labels.map(foldName);
  const classes = wanted.map((label) => {
    const names = [label, ...(hub?.labels ?? []).filter(([, own]) => own === label).map(([name]) => name)].map(foldName);
    const found = folded.flatMap((name, index) => (names.includes(name) ? [index] : []));
    return found.length === 1 ? (found[0] ?? -1) : -1;
  });
  return new Set(classes).size === classes.length && !classes.includes(-1) ? classes : null;
}

/** `Not Entailment`, `not-entailment` and `not_entailment` are the same name to a person. */
function foldName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');
}

function regression(request: ImportedHeadRequest): ImportedHead {
  const { config, task, tensors, path } = request;
  const [low, high] = task.scoreRange ?? [0, 1];
  if (config.note !== null) {
    if (config.note.scoreRange?.join() !== `${low},${high}`) {
      throw refusal(
        path,
        `its scores range over ${config.note.scoreRange?.join(' to ') ?? 'nothing'}, those of ${task.name} over ${low} to ${high}`,
      );
    }
    return { spec: specOf(request, config.note.activation), ...tensors, notices: [] };
  }
  const { weight, bias } = tensors;
  const message = `${path}: the head's output is taken as a raw score of ${task.name} (${low} to ${high}), as Transformers trains it`;
  return {
    spec: specOf(request, 'linear'),
    weight: { shape: weight.shape, data: weight.data.map((value) => value / (high - low)) },
    bias: { shape: bias.shape, data: bias.data.map((value) => (value - low) / (high - low)) },
    notices: [{ level: 'info', message }],
  };
}
