/**
 * What a parameter's name decides: its layer-wise learning rate, and whether it decays. Names are the Hugging Face ones, read
 * dot by dot; a name of an unknown form is an error, because a silent rate of 1 would train the wrong model.
 */
import { BornAgainError } from '../util/errors.js';

export interface LayerwiseOptions {
  /** Encoder layers, L. */
  readonly layers: number;
  /** Factor per layer away from the output, above 0; 1 gives every parameter the same rate. */
  readonly alpha: number;
}

/**
 * Multiplier of the learning rate for each name, in the order given: α^d with d = 0 for the heads, 1 for the pooler, L + 1 − i for encoder
 * layer i (0 is nearest the input) and L + 2 for the embeddings. Source: docs/paper.md section 1; reference bam/bert/optimization.py,
 * get_key_to_depths. Its α is positive there; 0 meant "no layer-wise rates", for which we write α = 1.
 * @throws BornAgainError ERR_INVALID_ARGUMENT for such an α, a name of unknown form or a layer the encoder does not have
 */
export function layerwiseScales(parameterNames: readonly string[], { layers, alpha }: LayerwiseOptions): number[] {
  if (!(alpha > 0 && Number.isFinite(alpha))) {
    const message = `the layer-wise decay alpha must be a finite number above 0, not ${String(alpha)}; 1 means no decay`;
    throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { alpha });
  }
  return parameterNames.map((name) => alpha ** distanceFromOutput(name, layers));
}

/** Whether weight decay applies: everywhere but on LayerNorm parameters and biases (reference: exclude_from_weight_decay). */
export function decays(name: string): boolean {
  const path = name.split('.');
  return path.at(-1) !== 'bias' && path.at(-2) !== 'LayerNorm';
}

function distanceFromOutput(name: string, layers: number): number {
  const path = name.split('.');
  if (path[0] === 'heads' && path.length > 2) return 0;
  if (path[0] === 'bert' && path[1] === 'pooler') return 1;
  if (path[0] === 'bert' && path[1] === 'encoder' && path[2] === 'layer') return layers + 1 - layerIndex(name, path[3], layers);
  if (path[0] === 'bert' && path[1] === 'embeddings') return layers + 2;
  throw new BornAgainError(
    'ERR_INVALID_ARGUMENT',
    `no layer-wise learning rate for parameter '${name}': expected bert.embeddings.…, bert.encoder.layer.<number>.…, bert.pooler.… or heads.<task>.…`,
    { name },
  );
}

function layerIndex(name: string, text: string | undefined, layers: number): number {
  const index = text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (index < layers) return index;
  throw new BornAgainError(
    'ERR_INVALID_ARGUMENT',
    `parameter '${name}' is in layer '${text}', but the encoder has layers 0 to ${layers - 1}`,
    {
      name,
      layers,
    },
  );
}
