/** Operations that change the tensor and return it. A leaf that requires a gradient takes them only inside noGrad. */
import { Elementwise } from './elementwise.js';
import { ops } from './handle.js';
import { raw, rawTensor } from './operand.js';
import type { Tensor } from './tensor.js';

export abstract class InPlace extends Elementwise {
  add_(other: Tensor | number): this {
    ops().add_(this.native, raw(other));
    return this;
  }

  sub_(other: Tensor | number): this {
    ops().sub_(this.native, raw(other));
    return this;
  }

  mul_(other: Tensor | number): this {
    ops().mul_(this.native, raw(other));
    return this;
  }

  div_(other: Tensor | number): this {
    ops().div_(this.native, raw(other));
    return this;
  }

  /** Copies values, across dtypes and devices; the source broadcasts. */
  copy_(source: Tensor): this {
    ops().copy_(this.native, rawTensor(source));
    return this;
  }

  fill_(value: number): this {
    ops().fill_(this.native, value);
    return this;
  }

  zero_(): this {
    ops().zero_(this.native);
    return this;
  }
}
