/** Signatures of the tensor operations, under LibTorch's names in camelCase; a trailing underscore means in place. */
import type { NativeTensor } from './types.js';

export interface NativeOps {
  add(a: NativeTensor, b: NativeTensor): NativeTensor;
}
