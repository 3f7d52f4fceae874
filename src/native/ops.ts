/**
 * Signatures of the tensor operations on raw handles, under LibTorch's names in camelCase; a trailing underscore means in place. Dimensions
 * may be negative, counted from the end; null stands for a value left out. Every operation throws ERR_INVALID_ARGUMENT for arguments of
 * the wrong kind, dtype or shape, ERR_DISPOSED for a disposed handle, ERR_DEVICE for tensors on different devices and ERR_LIBTORCH for what
 * LibTorch itself refuses. test/native/surface.test.ts holds names and parameters to native/ops_*.cc.
 */
import type { DType, NativeTensor } from './types.js';

/** A whole number keeps an integer tensor's dtype, any other number makes it floating, as in PyTorch. */
export type Operand = NativeTensor | number;
export type Dimensions = readonly number[] | null;
export type Reduction = 'none' | 'mean' | 'sum';

export interface NativeOps {
  // Elementwise; the two sides broadcast.
  add(self: NativeTensor, other: Operand): NativeTensor;
  sub(self: NativeTensor, other: Operand): NativeTensor;
  mul(self: NativeTensor, other: Operand): NativeTensor;
  div(self: NativeTensor, other: Operand): NativeTensor;
  pow(self: NativeTensor, exponent: Operand): NativeTensor;
  maximum(self: NativeTensor, other: NativeTensor): NativeTensor;
  minimum(self: NativeTensor, other: NativeTensor): NativeTensor;
  neg(self: NativeTensor): NativeTensor;
  abs(self: NativeTensor): NativeTensor;
  exp(self: NativeTensor): NativeTensor;
  log(self: NativeTensor): NativeTensor;
  sqrt(self: NativeTensor): NativeTensor;
  rsqrt(self: NativeTensor): NativeTensor;
  relu(self: NativeTensor): NativeTensor;
  tanh(self: NativeTensor): NativeTensor;
  sigmoid(self: NativeTensor): NativeTensor;
  gelu(self: NativeTensor, approximate: 'none' | 'tanh'): NativeTensor;
  clamp(self: NativeTensor, min: number | null, max: number | null): NativeTensor;
  // Comparisons give dtype bool.
  eq(self: NativeTensor, other: Operand): NativeTensor;
  ne(self: NativeTensor, other: Operand): NativeTensor;
  gt(self: NativeTensor, other: Operand): NativeTensor;
  ge(self: NativeTensor, other: Operand): NativeTensor;
  lt(self: NativeTensor, other: Operand): NativeTensor;
  le(self: NativeTensor, other: Operand): NativeTensor;
  where(condition: NativeTensor, self: Operand, other: Operand): NativeTensor;

  // In place. Values that autograd needs must not be changed: a leaf that requires a gradient only under setGradEnabled(false).
  add_(self: NativeTensor, other: Operand): void;
  sub_(self: NativeTensor, other: Operand): void;
  mul_(self: NativeTensor, other: Operand): void;
  div_(self: NativeTensor, other: Operand): void;
  copy_(self: NativeTensor, source: NativeTensor): void;
  fill_(self: NativeTensor, value: number): void;
  zero_(self: NativeTensor): void;

  // Products
  matmul(self: NativeTensor, other: NativeTensor): NativeTensor;
  /** [b, n, k] by [b, k, m] */
  bmm(self: NativeTensor, other: NativeTensor): NativeTensor;
  /** self + a · b for matrices a [n, k] and b [k, m] */
  addmm(self: NativeTensor, a: NativeTensor, b: NativeTensor): NativeTensor;
  /** [..., in] by weight [out, in] to [..., out] */
  linear(self: NativeTensor, weight: NativeTensor, bias: NativeTensor | null): NativeTensor;

  // Shape. Views share their storage with the tensor they come from.
  t(self: NativeTensor): NativeTensor;
  transpose(self: NativeTensor, dim0: number, dim1: number): NativeTensor;
  permute(self: NativeTensor, dims: readonly number[]): NativeTensor;
  /** One size may be -1. */
  reshape(self: NativeTensor, shape: readonly number[]): NativeTensor;
  view(self: NativeTensor, shape: readonly number[]): NativeTensor;
  flatten(self: NativeTensor, startDim: number, endDim: number): NativeTensor;
  squeeze(self: NativeTensor, dim: number | null): NativeTensor;
  unsqueeze(self: NativeTensor, dim: number): NativeTensor;
  /** -1 keeps a size. */
  expand(self: NativeTensor, shape: readonly number[]): NativeTensor;
  contiguous(self: NativeTensor): NativeTensor;
  cat(tensors: readonly NativeTensor[], dim: number): NativeTensor;
  stack(tensors: readonly NativeTensor[], dim: number): NativeTensor;

  // Parts
  narrow(self: NativeTensor, dim: number, start: number, length: number): NativeTensor;
  /** Bounds as in Python: negative counts from the end, beyond the end is the end, null the whole side. */
  slice(self: NativeTensor, dim: number, start: number | null, end: number | null, step: number): NativeTensor;
  select(self: NativeTensor, dim: number, index: number): NativeTensor;
  /** `index` [n] of int32 or int64, each within the dimension. */
  indexSelect(self: NativeTensor, dim: number, index: NativeTensor): NativeTensor;
  gather(self: NativeTensor, dim: number, index: NativeTensor): NativeTensor;
  /** weight [rows, width], indices of any shape to [..., width] */
  embedding(weight: NativeTensor, indices: NativeTensor): NativeTensor;

  // Reductions; null reduces all dimensions.
  sum(self: NativeTensor, dims: Dimensions, keepDim: boolean): NativeTensor;
  mean(self: NativeTensor, dims: Dimensions, keepDim: boolean): NativeTensor;
  amax(self: NativeTensor, dims: Dimensions, keepDim: boolean): NativeTensor;
  amin(self: NativeTensor, dims: Dimensions, keepDim: boolean): NativeTensor;
  /** The divisor is n - correction. */
  std(self: NativeTensor, dims: Dimensions, correction: number, keepDim: boolean): NativeTensor;
  var(self: NativeTensor, dims: Dimensions, correction: number, keepDim: boolean): NativeTensor;
  argmax(self: NativeTensor, dim: number | null, keepDim: boolean): NativeTensor;

  // Networks
  softmax(self: NativeTensor, dim: number): NativeTensor;
  logSoftmax(self: NativeTensor, dim: number): NativeTensor;
  layerNorm(
    self: NativeTensor,
    normalizedShape: readonly number[],
    weight: NativeTensor | null,
    bias: NativeTensor | null,
    epsilon: number,
  ): NativeTensor;
  /** logits [B, C]; target [B, C] distributions of the logits' dtype, or [B] class indices of int32 or int64. */
  crossEntropy(self: NativeTensor, target: NativeTensor, reduction: Reduction): NativeTensor;
  /** Both of one shape: a mean over broadcast pairs is a classic slip. */
  mseLoss(self: NativeTensor, target: NativeTensor, reduction: Reduction): NativeTensor;

  // Creation
  full(shape: readonly number[], value: number, dtype: DType, device: string): NativeTensor;
  arange(start: number, end: number, step: number, dtype: DType, device: string): NativeTensor;
  /** Drawn on the CPU, so a seed gives the same numbers on every device. */
  randn(shape: readonly number[], seed: number, dtype: DType, device: string): NativeTensor;

  // Copies and autograd
  to(self: NativeTensor, dtype: DType | null, device: string | null): NativeTensor;
  clone(self: NativeTensor): NativeTensor;
  detach(self: NativeTensor): NativeTensor;
  /** The one value as a number; an int64 beyond 2^53 is refused. */
  item(self: NativeTensor): number;
  backward(self: NativeTensor, gradient: NativeTensor | null, retainGraph: boolean): void;
  /** What backward left on a leaf; null before. */
  grad(self: NativeTensor): NativeTensor | null;
  zeroGrad(self: NativeTensor): void;
}
