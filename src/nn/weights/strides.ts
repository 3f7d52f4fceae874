/** Views of a storage by shape and strides, in elements, as PyTorch saves tensors that were transposed, sliced or expanded. */
import { elementCount } from '../../util/shape.js';

/** Elements from the first to the last that the view touches; 0 for an empty one. */
export function span(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return 1 + shape.reduce((sum, size, d) => sum + (size - 1) * (strides[d] as number), 0);
}

/** Strides of dimensions of size 1 say nothing. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d] as number;
    if (size !== 1 && strides[d] !== expected) return shape.includes(0);
    expected *= size;
  }
  return true;
}

/** The view's elements in row-major order; `values` begins at the view's first. */
export function gather(values: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const result = new Float32Array(elementCount(shape));
  const index = new Array<number>(shape.length).fill(0);
  let place = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = values[place] as number;
    for (let d = shape.length - 1; d >= 0; d--) {
      place += strides[d] as number;
      index[d] = (index[d] as number) + 1;
      if (index[d] !== shape[d]) break;
      place -= (strides[d] as number) * (shape[d] as number);
      index[d] = 0;
    }
  }
  return result;
}
