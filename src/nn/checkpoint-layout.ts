/**
 * Names of a checkpoint's tensors brought to the encoder's own (`bert.…`). What a file may hold beside or without: the prefix or none, a
 * pooler or none, a sequence classifier, heads of pre-training or of other tasks, buffers, and the names LayerNorm had before PyTorch 1.0.
 */
import { BornAgainError } from '../util/errors.js';
import { shown } from './weights/source.js';

export interface CheckpointLayout {
  /** Whether the file has the encoder under `bert.` (a model with a head) or bare (an encoder alone). */
  readonly prefix: 'bert.' | '';
  readonly pooler: 'present' | 'missing';
  /** By parameter of the encoder, the name in the file. */
  readonly encoder: ReadonlyMap<string, string>;
  /** `classifier.weight` and `classifier.bias`, whichever are there. */
  readonly classifier: readonly string[];
  /** Heads of pre-training and of question answering, and buffers: no part of a classifier's network, by name in the file. */
  readonly leftOut: readonly string[];
}

const OTHER_HEAD = /^(bert\.)?(cls|qa_outputs)\./;
const CLASSIFIER = /^(bert\.)?classifier\./;
/** Counted up when the model is made; files of Transformers before version 4.31 hold it. */
const BUFFER = /(^|\.)embeddings\.position_ids$/;

/** A buffer holds nothing that was learned: leaving it out needs no word. */
export function isBuffer(name: string): boolean {
  return BUFFER.test(name);
}

/** Names that are no parameter stay in `encoder`, so that loading reports them. Throws ERR_CHECKPOINT where one stands twice. */
export function checkpointLayout(names: Iterable<string>, path: string): CheckpointLayout {
  const all = [...names];
  const prefix = all.some((name) => name.startsWith('bert.')) ? 'bert.' : '';
  const encoder = new Map<string, string>();
  const classifier: string[] = [];
  const leftOut: string[] = [];
  for (const name of all) {
    if (isBuffer(name) || OTHER_HEAD.test(name)) leftOut.push(name);
    else if (CLASSIFIER.test(name)) classifier.push(name);
    else {
      const parameter = currentName(prefix === '' ? `bert.${name}` : name);
      const other = encoder.get(parameter);
      if (other !== undefined) {
        const message = `${path} holds '${shown(other)}' and '${shown(name)}', two names of the same tensor; remove one of them`;
        throw new BornAgainError('ERR_CHECKPOINT', message, { path });
      }
      encoder.set(parameter, name);
    }
  }
  const pooler = all.some((name) => name.startsWith(`${prefix}pooler.`)) ? 'present' : 'missing';
  return { prefix, pooler, encoder, classifier, leftOut };
}

function currentName(name: string): string {
  return name.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}
