/** Named tensors in files, read one at a time: a model is never in memory twice, whatever its format. */

/** A tensor in fp32, the precision models are kept in. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface TensorSource {
  /** The file, or the index of a sharded model: what messages name. */
  readonly path: string;
  /** Every tensor's shape, by the name it has in the file, in the file's order. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** One of `shapes`, converted to fp32 as PyTorch's `float()` does. Throws ERR_IO, ERR_CHECKPOINT (no floating-point tensor), and what its format throws. */
  read(name: string): Promise<NamedTensor>;
  close(): Promise<void>;
}

/** A name or shape for a message: files that are not what they claim may hold very long ones. */
export function shown(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 100)}… (${text.length} characters)`;
}
