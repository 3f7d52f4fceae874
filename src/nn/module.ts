/** What the encoder and the heads share: named parameters that are loaded, copied out and freed. */
import type { NativeModule } from '../native/types.js';
import { Tensor } from '../tensor/index.js';
import { loadParameters, readParameters } from './parameters.js';
import type { NamedTensor } from './safetensors.js';

export abstract class Module<Native extends NativeModule = NativeModule> {
  protected constructor(readonly native: Native) {}

  /** `bert.embeddings.word_embeddings.weight`, …; `heads.<task>.classifier.weight`, …: in canonical order. */
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

  dispose(): void {
    this.native.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
