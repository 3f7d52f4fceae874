/** config.json of written folders: what was read, without what described another head or precision. */
import { EXPORT_KEY, type ExportNote } from './classifier-config.js';
import type { BertConfig } from './bert-config.js';
import type { LengthLimit } from '../text/truncate.js';
import type { HeadSpec } from './head.js';

/** They describe the head of the folder the encoder came from, or the precision its file was in. */
const OF_THE_SOURCE = [
  ...['id2label', 'label2id', 'num_labels', '_num_labels', 'problem_type', 'classifier_dropout', 'finetuning_task'],
  ...['torch_dtype', 'dtype', '_name_or_path', EXPORT_KEY],
];

function shared({ source }: BertConfig): Record<string, unknown> {
  const kept = Object.entries(source).filter(([key]) => !OF_THE_SOURCE.includes(key));
  return { ...Object.fromEntries(kept), model_type: 'bert', dtype: 'float32' };
}

/** Of an encoder alone. */
export function encoderConfigFile(config: BertConfig): Record<string, unknown> {
  return { ...shared(config), architectures: ['BertModel'] };
}

/** Of a sequence classifier with one head, in the names of Transformers' configuration. */
export function classifierConfigFile(config: BertConfig, head: HeadSpec, limit: LengthLimit): Record<string, unknown> {
  const labels = head.kind === 'classification' ? head.labels : ['LABEL_0'];
  const { task, texts, scoreRange, activation } = head;
  const note: ExportNote = { task, ...(texts && { texts }), scoreRange: copyRange(scoreRange), activation, ...limit };
  return {
    ...shared(config),
    architectures: ['BertForSequenceClassification'],
    id2label: Object.fromEntries(labels.map((label, index) => [String(index), label])),
    label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
    num_labels: labels.length,
    problem_type: head.kind === 'classification' ? 'single_label_classification' : 'regression',
    classifier_dropout: head.dropout,
    [EXPORT_KEY]: note,
  };
}

function copyRange(range: HeadSpec['scoreRange']): [number, number] | null {
  return range === null ? null : [range[0], range[1]];
}
