/** Arithmetic, functions of single values and comparisons. Two tensors broadcast; dtypes are promoted as in PyTorch. */
import { ops, TensorHandle } from './handle.js';
import { raw, rawTensor } from './operand.js';
import type { Tensor } from './tensor.js';

export abstract class Elementwise extends TensorHandle {
  add(other: Tensor | number): Tensor {
    return this.wrap(ops().add(this.native, raw(other)));
  }

  sub(other: Tensor | number): Tensor {
    return this.wrap(ops().sub(this.native, raw(other)));
  }

  mul(other: Tensor | number): Tensor {
    return this.wrap(ops().mul(this.native, raw(other)));
  }

  /** True division: integers give float32. */
  div(other: Tensor | number): Tensor {
    return this.wrap(ops().div(this.native, raw(other)));
  }

  pow(exponent: Tensor | number): Tensor {
    return this.wrap(ops().pow(this.native, raw(exponent)));
  }

  maximum(other: Tensor): Tensor {
    return this.wrap(ops().maximum(this.native, rawTensor(other)));
  }

  minimum(other: Tensor): Tensor {
    return this.wrap(ops().minimum(this.native, rawTensor(other)));
  }

  neg(): Tensor {
    return this.wrap(ops().neg(this.native));
  }

  abs(): Tensor {
    return this.wrap(ops().abs(this.native));
  }

  exp(): Tensor {
    return this.wrap(ops().exp(this.native));
  }

  log(): Tensor {
    return this.wrap(ops().log(this.native));
  }

  sqrt(): Tensor {
    return this.wrap(ops().sqrt(this.native));
  }

  /** 1 / sqrt(x) */
  rsqrt(): Tensor {
    return this.wrap(ops().rsqrt(this.native));
  }

  relu(): Tensor {
    return this.wrap(ops().relu(this.native));
  }

  tanh(): Tensor {
    return this.wrap(ops().tanh(this.native));
  }

  sigmoid(): Tensor {
    return this.wrap(ops().sigmoid(this.native));
  }

  /** By the error function, or by the tanh formula that some models were trained with. */
  gelu(approximate: 'none' | 'tanh' = 'none'): Tensor {
    return this.wrap(ops().gelu(this.native, approximate));
  }

  /** A bound left out does not bind. */
  clamp(bounds: { readonly min?: number; readonly max?: number }): Tensor {
    return this.wrap(ops().clamp(this.native, bounds.min ?? null, bounds.max ?? null));
  }

  eq(other: Tensor | number): Tensor {
    return this.wrap(ops().eq(this.native, raw(other)));
  }

  ne(other: Tensor | number): Tensor {
    return this.wrap(ops().ne(this.native, raw(other)));
  }

  gt(other: Tensor | number): Tensor {
    return this.wrap(ops().gt(this.native, raw(other)));
  }

  ge(other: Tensor | number): Tensor {
    return this.wrap(ops().ge(this.native, raw(other)));
  }

  lt(other: Tensor | number): Tensor {
    return this.wrap(ops().lt(this.native, raw(other)));
  }

  le(other: Tensor | number): Tensor {
    return this.wrap(ops().le(this.native, raw(other)));
  }

  /** On a bool tensor: values of `yes` where it is true, of `no` elsewhere. */
  where(yes: Tensor | number, no: Tensor | number): Tensor {
    return this.wrap(ops().where(this.native, raw(yes), raw(no)));
  }
}
