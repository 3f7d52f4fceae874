/** What networks are made of beside linear layers: softmax, norms, embeddings, losses. */
import type { Reduction } from '../native/ops.js';
import { ops } from './handle.js';
import { rawTensor } from './operand.js';
import { Reductions } from './reductions.js';
import type { Tensor } from './tensor.js';

export interface LayerNormOptions {
  /** [normalizedShape] each. */
  readonly weight?: Tensor;
  readonly bias?: Tensor;
  readonly epsilon: number;
}

export abstract class Network extends Reductions {
  softmax(dim: number): Tensor {
    return this.wrap(ops().softmax(this.native, dim));
  }

  logSoftmax(dim: number): Tensor {
    return this.wrap(ops().logSoftmax(this.native, dim));
  }

  /** Over the last dimensions, whose sizes are `normalizedShape`. */
  layerNorm(normalizedShape: readonly number[], options: LayerNormOptions): Tensor {
    const { weight, bias, epsilon } = options;
    return this.wrap(ops().layerNorm(this.native, normalizedShape, weight?.native ?? null, bias?.native ?? null, epsilon));
  }

  /** This table [rows, width] at `indices` (int32 or int64, any shape) to [..., width]. */
  embedding(indices: Tensor): Tensor {
    return this.wrap(ops().embedding(this.native, rawTensor(indices)));
  }

  /**
   * Of these logits [B, C] against distributions [B, C] (soft targets) or class indices [B] (int32 or int64). `none` gives [B].
   * A mean over soft targets divides by B.
   */
  crossEntropy(target: Tensor, reduction: Reduction = 'mean'): Tensor {
    return this.wrap(ops().crossEntropy(this.native, rawTensor(target), reduction));
  }

  /** Squared differences from a target of the same shape. */
  mseLoss(target: Tensor, reduction: Reduction = 'mean'): Tensor {
    return this.wrap(ops().mseLoss(this.native, rawTensor(target), reduction));
  }
}
