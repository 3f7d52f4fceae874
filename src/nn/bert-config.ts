/** Hugging Face's config.json for BERT, checked: what this project does not compute is refused by name instead of being computed wrongly. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { NativeBertConfig } from '../native/types.js';
import { BornAgainError } from '../util/errors.js';
import { nearbyModels } from './nearby-models.js';
import { conversionAdvice } from './weights/foreign.js';
import { parseJson } from '../util/parse-json.js';

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
  initializer_range: z.number().nonnegative().default(0.02),
  position_embedding_type: z.string().nullish(),
  is_decoder: z.boolean().nullish(),
  add_cross_attention: z.boolean().nullish(),
  pruned_heads: z.record(z.string(), z.unknown()).nullish(),
  quantization_config: z.unknown().optional(),
  auto_map: z.unknown().optional(),
});
type ConfigFile = z.infer<typeof fileSchema>;

const ACTIVATIONS = { gelu: 'gelu', gelu_new: 'gelu_new', gelu_pytorch_tanh: 'gelu_new', relu: 'relu' } as const;

/** A checked configuration and the file's own content, which a written model folder repeats. */
export interface BertConfig extends NativeBertConfig {
  /** Standard deviation of weights that are drawn anew. */
  readonly initializerRange: number;
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
    const advice = [await conversionAdvice(dir), await nearbyModels(dir)].filter((each) => each !== null);
    const message = `${dir} is no Hugging Face model folder: it has no readable config.json${advice.map((each) => `. ${each}`).join('')}`;
    throw new BornAgainError('ERR_MODEL_FOLDER', message, { path }, { cause });
  }
  let json: unknown;
  try {
    json = parseJson(text);
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
  const fault = refusal(file);
  if (fault !== null) throw new BornAgainError('ERR_MODEL_FOLDER', `${path}: ${fault}`, { path });
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
    initializerRange: file.initializer_range,
    source: json as Record<string, unknown>,
  };
}

/** What of the model is not computed here, by name; null for a model that is. */
function refusal(file: ConfigFile): string | null {
  const positions = file.position_embedding_type ?? 'absolute';
  if (file.model_type !== 'bert') return `model_type '${file.model_type}' is not supported, only 'bert'`;
  if (positions !== 'absolute') return `position_embedding_type '${positions}' is not supported, only 'absolute'`;
  if (file.is_decoder === true) return 'is_decoder is true: a decoder masks what follows a token; only encoders are supported';
  if (file.add_cross_attention === true) return 'add_cross_attention is true: cross-attention is not supported, only encoders are';
  if (Object.keys(file.pruned_heads ?? {}).length > 0) return 'pruned_heads is not empty: models with pruned heads are not supported';
  if ((file.quantization_config ?? null) !== null) {
    return 'quantization_config: quantised models are not supported; save it in float32 with model.dequantize().save_pretrained(...)';
  }
  if ((file.auto_map ?? null) !== null)
    return 'auto_map: the model brings code of its own, which is not run; only the BERT of Transformers is supported';
  if (file.hidden_size % file.num_attention_heads !== 0) {
    return `hidden_size ${file.hidden_size} is no multiple of num_attention_heads ${file.num_attention_heads}`;
  }
  if (Object.hasOwn(ACTIVATIONS, file.hidden_act)) return null;
  return `hidden_act '${file.hidden_act}' is not supported, only ${Object.keys(ACTIVATIONS).join(', ')}`;
}
