/** Reductions over one dimension, several, or all when left out. */
import { ops } from './handle.js';
import { rawDims, type Dims } from './operand.js';
import type { Tensor } from './tensor.js';
import { Views } from './views.js';

export abstract class Reductions extends Views {
  /** Integers and bools sum to int64. */
  sum(dims?: Dims, keepDim = false): Tensor {
    return this.wrap(ops().sum(this.native, rawDims(dims), keepDim));
  }

  mean(dims?: Dims, keepDim = false): Tensor {
    return this.wrap(ops().mean(this.native, rawDims(dims), keepDim));
  }

  /** Largest value; ties share the gradient evenly. */
  amax(dims?: Dims, keepDim = false): Tensor {
    return this.wrap(ops().amax(this.native, rawDims(dims), keepDim));
  }

  /** Smallest value; ties share the gradient evenly. */
  amin(dims?: Dims, keepDim = false): Tensor {
    return this.wrap(ops().amin(this.native, rawDims(dims), keepDim));
  }

  /** Index of the largest value, int64; over the flattened tensor when `dim` is left out. */
  argmax(dim?: number, keepDim = false): Tensor {
    return this.wrap(ops().argmax(this.native, dim ?? null, keepDim));
  }

  /** Standard deviation with divisor n - correction; 1 is the sample's, 0 the population's. */
  std(dims?: Dims, correction = 1, keepDim = false): Tensor {
    return this.wrap(ops().std(this.native, rawDims(dims), correction, keepDim));
  }

  /** Variance with divisor n - correction. */
  var(dims?: Dims, correction = 1, keepDim = false): Tensor {
    return this.wrap(ops().var(this.native, rawDims(dims), correction, keepDim));
  }
}
