/** An encoder out of a checkpoint, whatever its form, and what there is to say about how it was read. */
import { basename } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import { Bert } from './bert.js';
import type { BertConfig } from './bert-config.js';
import { isBuffer, type CheckpointLayout } from './checkpoint-layout.js';
import { drawParameters } from './draw-parameters.js';
import { loadFromSource } from './parameters.js';
import { shown, type TensorSource } from './weights/source.js';

/** Something the user should know that is no error. */
export interface ImportNotice {
  readonly level: 'info' | 'warning';
  readonly message: string;
}

export interface EncoderRequest {
  readonly config: BertConfig;
  readonly source: TensorSource;
  readonly layout: CheckpointLayout;
  readonly device: string;
  /** Seed of a pooler that the file lacks; null refuses such a file. */
  readonly poolerSeed: number | null;
}

/** Throws ERR_CHECKPOINT with every missing, extra and misshapen tensor; ERR_DEVICE. */
export async function openEncoder({ config, source, layout, device, poolerSeed }: EncoderRequest): Promise<Bert> {
  if (layout.pooler === 'missing' && poolerSeed === null) throw withoutPooler(source.path);
  requirePlausibleSize(config, source);
  const bert = Bert.create(config, device);
  try {
    const drawn = new Set<string>();
    if (layout.pooler === 'missing' && poolerSeed !== null) {
      for (const name of bert.parameterNames()) if (name.startsWith('bert.pooler.')) drawn.add(name);
      // As Transformers initialises what a checkpoint lacks (modeling_bert.py, _init_weights).
      drawParameters(bert.native, [...drawn], poolerSeed, ['pooler'], (normal) => config.initializerRange * normal());
    }
    await loadFromSource(bert.native, source, layout.encoder, drawn);
    return bert;
  } catch (error) {
    bert.dispose();
    throw error;
  }
}

/** What was left out or drawn anew. */
export function encoderNotices({ config, source, layout, poolerSeed }: EncoderRequest, leftOut: readonly string[]): ImportNotice[] {
  const file = basename(source.path);
  const notices: ImportNotice[] = [];
  if (layout.pooler === 'missing') {
    const message = `${file} has no pooler; a new one is drawn as Transformers does (normal, deviation ${config.initializerRange}, bias 0), from seed ${poolerSeed}`;
    notices.push({ level: 'warning', message });
  }
  const heads = leftOut.filter((name) => !isBuffer(name));
  if (heads.length > 0) {
    const names = heads.slice(0, 4).map(shown).join(', ') + (heads.length > 4 ? ', …' : '');
    notices.push({ level: 'info', message: `${file}: left out ${names}: a head of another kind, no part of the encoder` });
  }
  return notices;
}

/**
 * A config.json of another model, or a damaged one, may ask for more memory than there is. Where it is only somewhat off, loading names the
 * tensors; this is for what must not even be tried.
 */
function requirePlausibleSize(config: BertConfig, source: TensorSource): void {
  const { hiddenSize: h, intermediateSize, layers, vocabSize, maxPositions, typeVocabSize } = config;
  const needed = h * (vocabSize + maxPositions + typeVocabSize) + layers * (4 * h * h + 2 * h * intermediateSize) + h * h;
  let held = 0;
  for (const shape of source.shapes.values()) held += shape.reduce((product, size) => product * size, 1);
  if (needed <= 2 * held + 1e6 && layers <= source.shapes.size) return;
  const message = `${source.path} holds ${held} weights, config.json describes a model of ${layers} layers and ${needed}; they are not of the same model`;
  throw new BornAgainError('ERR_CHECKPOINT', message, { path: source.path, held, needed });
}

function withoutPooler(path: string): BornAgainError {
  return new BornAgainError(
    'ERR_CHECKPOINT',
    `${path} has no pooler ('bert.pooler.dense.weight'), and heads read the pooler's output: as it is it can only be trained, not asked. Train it first`,
    { path },
  );
}
