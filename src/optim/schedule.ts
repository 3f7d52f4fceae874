/**
 * Learning rate as a function of the step. Steps count from 0, and the first update is step 0: with a warm-up its rate is 0, and that
 * update changes nothing but Adam's moments. So it is in the reference, and it is kept.
 */
import { BornAgainError } from '../util/errors.js';

/**
 * Base learning rate of one update: linear warm-up from 0 over the first W = ⌊totalSteps · warmupShare⌋ steps, then linear decay to 0. The
 * decay counts from step 0, not from the end of the warm-up: the rate climbs to base · (W − 1) / W, then drops onto the decay line at
 * base · (1 − W / totalSteps). Source: docs/paper.md section 2; reference bam/bert/optimization.py, create_optimizer.
 * @param step 0 for the first update; `totalSteps` − 1 for the last
 * @throws BornAgainError ERR_INVALID_ARGUMENT for a step outside the training, a base that is no rate, or a share outside [0, 1]
 */
export function learningRateAt(step: number, totalSteps: number, base: number, warmupShare: number): number {
  if (!Number.isInteger(totalSteps) || !Number.isInteger(step) || step < 0 || step >= totalSteps) {
    throw new BornAgainError('ERR_INVALID_ARGUMENT', `step ${step} is outside a training of ${totalSteps} steps (0 to ${totalSteps - 1})`, {
      step,
      totalSteps,
    });
  }
  if (!(base >= 0 && base < Infinity))
    throw new BornAgainError('ERR_INVALID_ARGUMENT', `the learning rate must be a finite number of at least 0, not ${base}`, { base });
  if (!(warmupShare >= 0 && warmupShare <= 1))
    throw new BornAgainError('ERR_INVALID_ARGUMENT', `the share of the warm-up must lie in [0, 1], not be ${warmupShare}`, { warmupShare });
  const warmupSteps = Math.floor(totalSteps * warmupShare);
  if (step < warmupSteps) return (base * step) / warmupSteps;
  return base * (1 - step / totalSteps);
}
