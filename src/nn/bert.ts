/** The BERT encoder as a module: made from a configuration, loaded from named tensors, trained by a session or used on the tensor floor. */
import { loadAddon } from '../native/load.js';
import type { DropoutKey, NativeBert, PackedTokens } from '../native/types.js';
import { Tensor } from '../tensor/index.js';
import type { BertConfig } from './bert-config.js';
import { loadParameters, readParameters } from './parameters.js';
import type { NamedTensor } from './safetensors.js';

export interface BertOutput {
  /** [T, h] after the last layer. */
  readonly hiddenStates: Tensor;
  /** [B, h]: tanh of the pooler on each sequence's first token. */
  readonly pooled: Tensor;
}

export class Bert {
  private constructor(
    readonly config: BertConfig,
    readonly native: NativeBert,
  ) {}

  /** On `device` (`cpu`, `cuda`, `cuda:1`). Parameters are zeros and norm weights ones until `load`. Throws ERR_DEVICE, ERR_INVALID_ARGUMENT. */
  static create(config: BertConfig, device: string, dtype: 'float32' | 'float64' = 'float32'): Bert {
    return new Bert(config, new (loadAddon().Bert)(config, device, dtype));
  }

  /** `bert.embeddings.word_embeddings.weight`, …, in canonical order. */
  parameterNames(): string[] {
    return this.native.parameterNames();
  }

  /** The live parameter: its values follow training, its `grad` is what backward leaves. */
  parameter(name: string): Tensor {
    return Tensor.wrap(this.native.parameter(name));
  }

  /** Throws ERR_CHECKPOINT, and changes nothing, unless names and shapes are exactly the module's. */
  load(tensors: ReadonlyMap<string, NamedTensor>, where = 'the given tensors'): void {
    loadParameters([this.native], tensors, where);
  }

  /** Copies of all parameters. */
  tensors(): Map<string, NamedTensor> {
    return readParameters([this.native]);
  }

  /** `dropout` null: evaluation. Throws ERR_VOCABULARY, ERR_SEQUENCE_TOO_LONG, ERR_INVALID_ARGUMENT, and ERR_MODULE_BUSY while a session steps. */
  forward(tokens: PackedTokens, dropout: DropoutKey | null = null): BertOutput {
    const { hiddenStates, pooled } = this.native.forward(tokens, dropout);
    return { hiddenStates: Tensor.wrap(hiddenStates), pooled: Tensor.wrap(pooled) };
  }

  dispose(): void {
    this.native.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
