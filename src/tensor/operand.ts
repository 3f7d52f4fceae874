/** Arguments of the pleasant floor in the raw floor's form. */
import type { Dimensions, Operand } from '../native/ops.js';
import type { NativeTensor } from '../native/types.js';
import type { TensorHandle } from './handle.js';

export function raw(operand: TensorHandle | number): Operand {
  return typeof operand === 'number' ? operand : rawTensor(operand);
}

/** From JavaScript nothing may come too. The addon refuses that, and names operation and argument. */
export function rawTensor(tensor: TensorHandle | null | undefined): NativeTensor {
  return tensor?.native as NativeTensor;
}

/** One dimension, several, or all when left out. */
export type Dims = number | readonly number[] | undefined;

export function rawDims(dims: Dims): Dimensions {
  if (dims === undefined) return null;
  return typeof dims === 'number' ? [dims] : dims;
}
