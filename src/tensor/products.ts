/** Products of vectors, matrices and batches of them. */
import { ops } from './handle.js';
import { InPlace } from './in-place.js';
import { rawTensor } from './operand.js';
import type { Tensor } from './tensor.js';

export abstract class Products extends InPlace {
  /** Vectors, matrices and batches, as numpy.matmul: [..., n, k] by [..., k, m] to [..., n, m]. */
  matmul(other: Tensor): Tensor {
    return this.wrap(ops().matmul(this.native, rawTensor(other)));
  }

  /** [b, n, k] by [b, k, m] to [b, n, m] */
  bmm(other: Tensor): Tensor {
    return this.wrap(ops().bmm(this.native, rawTensor(other)));
  }

  /** this + a · b, for a [n, k] and b [k, m]; this broadcasts to [n, m]. */
  addmm(a: Tensor, b: Tensor): Tensor {
    return this.wrap(ops().addmm(this.native, rawTensor(a), rawTensor(b)));
  }

  /** this [..., in] by weight [out, in], plus bias [out]. */
  linear(weight: Tensor, bias?: Tensor): Tensor {
    return this.wrap(ops().linear(this.native, rawTensor(weight), bias?.native ?? null));
  }
}
