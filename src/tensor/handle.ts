/**
 * What every tensor is before it computes: a handle on a LibTorch tensor. Memory comes back with dispose() (or `using`, or a scope); the
 * garbage collector is only the net, and cannot catch anything inside one synchronous loop: Node runs finalizers between two turns of the event loop.
 */
import { inspect } from 'node:util';
import { loadAddon } from '../native/load.js';
import type { NativeOps } from '../native/ops.js';
import type { DType, NativeTensor } from '../native/types.js';
import { elementCount } from '../util/shape.js';
import { describeTensor } from './describe.js';
import type { Tensor } from './tensor.js';

/** The raw operations of this thread's addon. */
export function ops(): NativeOps {
  return loadAddon().ops;
}

export abstract class TensorHandle {
  /** `native` is the raw floor's handle; whoever uses it must not dispose it behind this object's back. */
  protected constructor(readonly native: NativeTensor) {}

  /** A new tensor for a raw result, known to the scope that is open. */
  protected abstract wrap(native: NativeTensor): Tensor;

  get dtype(): DType {
    return this.native.dtype;
  }

  /** A copy; empty for a scalar. */
  get shape(): readonly number[] {
    return this.native.shape;
  }

  /** `cpu`, `cuda:0` */
  get device(): string {
    return this.native.device;
  }

  /** Number of values. */
  get size(): number {
    return elementCount(this.shape);
  }

  /** Settable on leaves of a floating dtype only; throws ERR_INVALID_ARGUMENT elsewhere. */
  get requiresGrad(): boolean {
    return this.native.requiresGrad;
  }

  set requiresGrad(value: boolean) {
    this.native.requiresGrad = value;
  }

  get disposed(): boolean {
    return this.native.disposed;
  }

  /** Frees the handle at once; its memory too, unless a view, a graph or another handle holds it. Twice is as good as once. */
  dispose(): void {
    this.native.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** `Tensor(float32 [2, 3] on cpu)` and the first values of a small one; `Tensor(disposed)`. Never throws. */
  toString(): string {
    return describeTensor(this.native);
  }

  /** The same description: no form to keep values in, which `toArray` gives. */
  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
