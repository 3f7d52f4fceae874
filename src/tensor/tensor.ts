/**
 * `Tensor`: LibTorch's tensors for training scripts, on CPU and CUDA, with autograd. The operations live in the classes it is built from, a
 * family in each file; here are making, reading, moving and differentiating. Use after dispose throws ERR_DISPOSED.
 */
import { loadAddon } from '../native/load.js';
import type { NativeTensor, TypedArray } from '../native/types.js';
import * as creation from './creation.js';
import { nest, type NestedNumbers } from './data.js';
import { ops } from './handle.js';
import { Network } from './network.js';
import { rawTensor } from './operand.js';
import { track } from './scope.js';

export class Tensor extends Network {
  private constructor(native: NativeTensor) {
    super(native);
    track(this);
  }

  /** The pleasant floor's tensor for a raw handle, which it owns from now on. */
  static wrap(native: NativeTensor): Tensor {
    return new Tensor(native);
  }

  protected override wrap(native: NativeTensor): Tensor {
    return new Tensor(native);
  }

  /**
   * Copies values in. A typed array keeps its dtype unless `dtype` is one that loses nothing (float32 and float64 also convert to each
   * other and to the half precisions). Throws ERR_INVALID_ARGUMENT when values and shape do not fit, ERR_DEVICE for a device that is not there.
   */
  static from(values: TypedArray | NestedNumbers, options: creation.FromOptions = {}): Tensor {
    return new Tensor(creation.fromValues(values, options));
  }

  static zeros(shape: readonly number[], options: creation.TensorOptions = {}): Tensor {
    return new Tensor(creation.full(shape, 0, options));
  }

  static ones(shape: readonly number[], options: creation.TensorOptions = {}): Tensor {
    return new Tensor(creation.full(shape, 1, options));
  }

  static full(shape: readonly number[], value: number, options: creation.TensorOptions = {}): Tensor {
    return new Tensor(creation.full(shape, value, options));
  }

  /** start, start + step, … below `end`. */
  static arange(end: number, options: creation.RangeOptions = {}): Tensor {
    return new Tensor(creation.arange(end, options));
  }

  /** Normal numbers, mean 0 and variance 1; a seed gives the same ones on every device. Throws ERR_INVALID_ARGUMENT without a seed. */
  static randn(shape: readonly number[], options: creation.RandomOptions): Tensor {
    return new Tensor(creation.randn(shape, options));
  }

  /** Joins tensors along a dimension they have. */
  static cat(tensors: readonly Tensor[], dim = 0): Tensor {
    return new Tensor(ops().cat(handles(tensors), dim));
  }

  /** Joins tensors of one shape along a new dimension. */
  static stack(tensors: readonly Tensor[], dim = 0): Tensor {
    return new Tensor(ops().stack(handles(tensors), dim));
  }

  /** A copy of the values in row-major order: BigInt64Array for int64, Uint8Array for bool, Float32Array for the half precisions. */
  data(): TypedArray {
    return loadAddon().toData(this.native);
  }

  /** A copy of the values as numbers, nested by shape. Throws ERR_INVALID_ARGUMENT for an int64 beyond 2^53. */
  toArray(): NestedNumbers {
    return nest(this.data(), this.shape);
  }

  /** The one value. Throws ERR_INVALID_ARGUMENT for a tensor of several. */
  item(): number {
    return ops().item(this.native);
  }

  /** In another dtype, on another device; a new handle on the same memory where nothing changes. */
  to(options: creation.TensorOptions): Tensor {
    return new Tensor(ops().to(this.native, options.dtype ?? null, options.device ?? null));
  }

  clone(): Tensor {
    return new Tensor(ops().clone(this.native));
  }

  /** The same memory outside of autograd's graph. */
  detach(): Tensor {
    return new Tensor(ops().detach(this.native));
  }

  /** Adds the gradient of this tensor to every leaf it came from. Without `gradient` it must be a single value. */
  backward(gradient?: Tensor, options: { readonly retainGraph?: boolean } = {}): void {
    ops().backward(this.native, gradient?.native ?? null, options.retainGraph ?? false);
  }

  /** What backward left here, in a new handle on each reading; null before, and on tensors that are no leaves. */
  get grad(): Tensor | null {
    const gradient = ops().grad(this.native);
    return gradient && new Tensor(gradient);
  }

  /** Drops the gradient; backward adds to what is there. */
  zeroGrad(): void {
    ops().zeroGrad(this.native);
  }
}

function handles(tensors: readonly Tensor[]): NativeTensor[] {
  return tensors.map(rawTensor);
}
