/** Hugging Face's config.json for BERT, checked: what this project does not compute is refused by name instead of being computed wrongly. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { NativeBertConfig } from '../native/types.js';
import { BornAgainError } from '../util/errors.js';

const size = z.int().positive();
const rate = z.number().min(0).lt(1);

// Defaults are BertConfig's own, for files that leave a key out.
const fileSchema = z.looseObject({
  model_type: z.string().default('bert'),
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  max_position_embeddings: size.default(512),
  type_vocab_size: size.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: z.string().default('gelu'),
  hidden_dropout_prob: rate.default(0.1),
  attention_probs_dropout_prob: rate.default(0.1),
  position_embedding_type: z.string().default('absolute'),
});

const ACTIVATIONS = { gelu: 'gelu', gelu_new: 'gelu_new', gelu_pytorch_tanh: 'gelu_new', relu: 'relu' } as const;

/** A checked configuration and the file's own content, which a written model folder repeats. */
export interface BertConfig extends NativeBertConfig {
  readonly source: Readonly<Record<string, unknown>>;
}

/**
 * Reads DIR/config.json. Throws ERR_MODEL_FOLDER when it is missing, no JSON, or describes something else than a BERT with absolute
 * positions and a known activation.
 */
export async function readBertConfig(dir: string): Promise<BertConfig> {
  const path = join(dir, 'config.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new BornAgainError(
      'ERR_MODEL_FOLDER',
      `${dir} is no Hugging Face model folder: it has no readable config.json`,
      { path },
      { cause },
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new BornAgainError('ERR_MODEL_FOLDER', `${path} is not JSON: ${(cause as Error).message}`, { path }, { cause });
  }
  return parseBertConfig(json, path);
}

/** `path` is for messages. Throws as readBertConfig does. */
export function parseBertConfig(json: unknown, path: string): BertConfig {
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'content'}: ${issue.message}`).join('; ');
    throw new BornAgainError('ERR_MODEL_FOLDER', `${path}: ${faults}`, { path });
  }
  const file = parsed.data;
  const refuse = (what: string): never => {
    throw new BornAgainError('ERR_MODEL_FOLDER', `${path}: ${what}`, { path });
  };
  if (file.model_type !== 'bert') refuse(`model_type '${file.model_type}' is not supported, only 'bert'`);
  if (file.position_embedding_type !== 'absolute') {
    refuse(`position_embedding_type '${file.position_embedding_type}' is not supported, only 'absolute'`);
  }
  if (file.hidden_size % file.num_attention_heads !== 0) {
    refuse(`hidden_size ${file.hidden_size} is no multiple of num_attention_heads ${file.num_attention_heads}`);
  }
  if (!Object.hasOwn(ACTIVATIONS, file.hidden_act)) {
    refuse(`hidden_act '${file.hidden_act}' is not supported, only ${Object.keys(ACTIVATIONS).join(', ')}`);
  }
  return {
    vocabSize: file.vocab_size,
    hiddenSize: file.hidden_size,
    layers: file.num_hidden_layers,
    heads: file.num_attention_heads,
    intermediateSize: file.intermediate_size,
    maxPositions: file.max_position_embeddings,
    typeVocabSize: file.type_vocab_size,
    layerNormEpsilon: file.layer_norm_eps,
    activation: ACTIVATIONS[file.hidden_act as keyof typeof ACTIVATIONS],
    hiddenDropout: file.hidden_dropout_prob,
    attentionDropout: file.attention_probs_dropout_prob,
    source: json as Record<string, unknown>,
  };
}
