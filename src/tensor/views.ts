/** Shapes and parts. All but contiguous, reshape (at times), indexSelect and gather are views: they share the memory, and in-place changes show in both. */
import { ops } from './handle.js';
import { rawTensor } from './operand.js';
import { Products } from './products.js';
import type { Tensor } from './tensor.js';

export abstract class Views extends Products {
  /** A matrix transposed. */
  t(): Tensor {
    return this.wrap(ops().t(this.native));
  }

  transpose(dim0: number, dim1: number): Tensor {
    return this.wrap(ops().transpose(this.native, dim0, dim1));
  }

  permute(dims: readonly number[]): Tensor {
    return this.wrap(ops().permute(this.native, dims));
  }

  /** One size may be -1. Copies when the memory's order does not allow a view. */
  reshape(shape: readonly number[]): Tensor {
    return this.wrap(ops().reshape(this.native, shape));
  }

  /** As reshape, but refuses to copy. */
  view(shape: readonly number[]): Tensor {
    return this.wrap(ops().view(this.native, shape));
  }

  flatten(startDim = 0, endDim = -1): Tensor {
    return this.wrap(ops().flatten(this.native, startDim, endDim));
  }

  /** Drops dimension `dim` if its size is 1; all such dimensions when left out. */
  squeeze(dim?: number): Tensor {
    return this.wrap(ops().squeeze(this.native, dim ?? null));
  }

  unsqueeze(dim: number): Tensor {
    return this.wrap(ops().unsqueeze(this.native, dim));
  }

  /** Repeats dimensions of size 1 without copying; -1 keeps a size. */
  expand(shape: readonly number[]): Tensor {
    return this.wrap(ops().expand(this.native, shape));
  }

  /** Itself in another handle when the memory is in order already, else a copy. */
  contiguous(): Tensor {
    return this.wrap(ops().contiguous(this.native));
  }

  narrow(dim: number, start: number, length: number): Tensor {
    return this.wrap(ops().narrow(this.native, dim, start, length));
  }

  /** As Python's [start:end:step] on one dimension: negative bounds count from the end. */
  slice(dim: number, start?: number, end?: number, step = 1): Tensor {
    return this.wrap(ops().slice(this.native, dim, start ?? null, end ?? null, step));
  }

  /** One index of a dimension, which goes away. */
  select(dim: number, index: number): Tensor {
    return this.wrap(ops().select(this.native, dim, index));
  }

  /** `index` [n] of int32 or int64. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return this.wrap(ops().indexSelect(this.native, dim, rawTensor(index)));
  }

  /** The value at index[i][j] along `dim`, for each place of `index`. */
  gather(dim: number, index: Tensor): Tensor {
    return this.wrap(ops().gather(this.native, dim, rawTensor(index)));
  }
}
