/** An encoder out of a checkpoint, whatever its form, and what there is to say about how it was read. */
import { basename } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import { elementCount } from '../util/shape.js';
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
export async function openEncoder(request: EncoderRequest): Promise<Bert> {
  const { config, source, layout, device, poolerSeed } = request;
  if (layout.pooler === 'missing' && poolerSeed === null) throw withoutPooler(source.path);
  requirePlausibleSize(request);
  const bert = Bert.create(config, device);
  try {
    const drawn = new Set<string>();
    if (layout.pooler === 'missing' && poolerSeed !== null) {
      for (const name of bert.parameterNames()) if (name.startsWith('bert.pooler.')) drawn.add(name);
      // As Transformers initialises what a checkpoint lacks (modeling_bert.py, _init_weights).
      drawParameters(bert.native, [...drawn], poolerSeed, ['pooler'], (random) => config.initializerRange * random.normal());
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

/** The keys of config.json that sizes come from, and the tensor and axis that show what a file holds of each. */
const SIZE_KEYS = [
  { key: 'vocab_size', size: 'vocabSize', tensor: 'bert.embeddings.word_embeddings.weight', axis: 0 },
  { key: 'hidden_size', size: 'hiddenSize', tensor: 'bert.embeddings.word_embeddings.weight', axis: 1 },
  { key: 'max_position_embeddings', size: 'maxPositions', tensor: 'bert.embeddings.position_embeddings.weight', axis: 0 },
  { key: 'type_vocab_size', size: 'typeVocabSize', tensor: 'bert.embeddings.token_type_embeddings.weight', axis: 0 },
  { key: 'intermediate_size', size: 'intermediateSize', tensor: 'bert.encoder.layer.0.intermediate.dense.weight', axis: 0 },
] as const;

/**
 * A config.json of another model, or a damaged one, may ask for more memory than there is. Where it is only somewhat off, loading names the
 * tensors; this is for what must not even be tried.
 */
function requirePlausibleSize(request: EncoderRequest): void {
  const { config, source } = request;
  const { hiddenSize: h, intermediateSize, layers, vocabSize, maxPositions, typeVocabSize } = config;
  const needed = h * (vocabSize + maxPositions + typeVocabSize) + layers * (4 * h * h + 2 * h * intermediateSize) + h * h;
  let held = 0;
  for (const shape of source.shapes.values()) held += elementCount(shape);
  if (needed <= 2 * held + 1e6 && layers <= source.shapes.size) return;
  const faults = differingSizes(request);
  const sizes = faults.length === 0 ? '' : `: ${faults.join('; ')}`;
  const message = `${source.path} holds ${held} weights, config.json describes a model of ${needed}; they are not of the same model${sizes}`;
  throw new BornAgainError('ERR_CHECKPOINT', message, { path: source.path, held, needed, faults });
}

/** `vocab_size is 2147483647, the file's is 30522` for each size in which config.json and the tensors differ. */
function differingSizes({ config, source, layout }: EncoderRequest): string[] {
  const faults = SIZE_KEYS.flatMap(({ key, size, tensor, axis }) => {
    const held = source.shapes.get(layout.encoder.get(tensor) ?? '')?.[axis];
    return held === undefined || held === config[size] ? [] : [`${key} is ${config[size]}, the file's is ${held}`];
  });
  const numbers = [...layout.encoder.keys()].flatMap((name) => /^bert\.encoder\.layer\.(\d+)\./.exec(name)?.[1] ?? []);
  const layers = new Set(numbers).size;
  return layers === config.layers ? faults : [...faults, `num_hidden_layers is ${config.layers}, the file's is ${layers}`];
}

function withoutPooler(path: string): BornAgainError {
  return new BornAgainError(
    'ERR_CHECKPOINT',
    `${path} has no pooler ('bert.pooler.dense.weight'), and heads read the pooler's output: as it is it can only be trained, not asked. Train it first`,
    { path },
  );
}
