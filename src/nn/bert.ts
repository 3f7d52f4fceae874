/** The BERT encoder as a module: made from a configuration, loaded from named tensors, trained by a session or used on the tensor floor. */
import { loadAddon } from '../native/load.js';
import type { DropoutKey, NativeBert, PackedTokens } from '../native/types.js';
import { Tensor } from '../tensor/index.js';
import type { BertConfig } from './bert-config.js';
import { Module } from './module.js';

export interface BertOutput {
  /** [T, h] after the last layer. */
  readonly hiddenStates: Tensor;
  /** [B, h]: tanh of the pooler on each sequence's first token. */
  readonly pooled: Tensor;
}

export class Bert extends Module<NativeBert> {
  private constructor(
    readonly config: BertConfig,
    native: NativeBert,
  ) {
    super(native);
  }

  /** On `device` (`cpu`, `cuda`, `cuda:1`). Parameters are zeros and norm weights ones until `load`. Throws ERR_DEVICE, ERR_INVALID_ARGUMENT. */
  static create(config: BertConfig, device: string, dtype: 'float32' | 'float64' = 'float32'): Bert {
    return new Bert(config, new (loadAddon().Bert)(config, device, dtype));
  }

  /** `dropout` null: evaluation. Throws ERR_VOCABULARY, ERR_SEQUENCE_TOO_LONG, ERR_INVALID_ARGUMENT, and ERR_MODULE_BUSY while a session steps. */
  forward(tokens: PackedTokens, dropout: DropoutKey | null = null): BertOutput {
    const { hiddenStates, pooled } = this.native.forward(tokens, dropout);
    return { hiddenStates: Tensor.wrap(hiddenStates), pooled: Tensor.wrap(pooled) };
  }
}
