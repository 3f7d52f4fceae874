/**
 * AdamW on the tensor floor, for people's own training loops: parameter groups, decoupled weight decay, bias correction as a switch, clipping
 * to a global norm. A session has its own, of the same arithmetic (native/core/adamw.cc), but moves every parameter in every step: here one
 * without a gradient stands still.
 */
import { loadAddon } from '../native/load.js';
import type { NativeAdamW, NativeOptimizerOptions } from '../native/types.js';
import type { Tensor } from '../tensor/index.js';

export interface ParameterGroup {
  readonly parameters: readonly Tensor[];
  /** Factor on the learning rate; 1 where left out. */
  readonly learningRateScale?: number;
  /** Decoupled weight decay; 0 where left out. */
  readonly weightDecay?: number;
}

/**
 * A parameter that no loss of a step reached, such as the head of a task that the batch has no example of, stands still, and so do its
 * moments, as in PyTorch. A `Session` takes its gradient for zero: its moments fade, and momentum and weight decay go on moving it.
 */
export class AdamW {
  readonly #native: NativeAdamW;

  /** Parameters must be leaves that require a gradient, each in one group. Throws ERR_INVALID_ARGUMENT, ERR_DISPOSED. */
  constructor(groups: readonly ParameterGroup[], options: NativeOptimizerOptions) {
    const entries = groups.flatMap(({ parameters, learningRateScale = 1, weightDecay = 0 }) =>
      parameters.map((tensor) => ({ tensor, options: { learningRateScale, weightDecay } })),
    );
    this.#native = new (loadAddon().AdamW)(
      entries.map(({ tensor }) => tensor.native),
      entries.map((entry) => entry.options),
      options,
    );
  }

  /** Steps taken. */
  get steps(): number {
    return this.#native.steps;
  }

  /**
   * Clips the gradients to the global norm, updates every parameter that has one, and drops the gradients.
   * @returns the norm before clipping; when it is not finite, nothing was updated and the gradients are still there
   * @throws BornAgainError ERR_INVALID_ARGUMENT for a rate that is negative or no finite number
   */
  step(learningRate: number): number {
    return this.#native.step(learningRate);
  }

  /** Frees the moments; parameters live on. */
  dispose(): void {
    this.#native.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
