/** Teacher annealing: how much of the target is the label at each step. Pure TypeScript, without LibTorch. */
import { BornAgainError } from '../util/errors.js';

export interface AnnealingOptions {
  /** linear: the paper's. constant: `lambda` throughout, an ablation of the paper. cosine and step: other ways from 0 to 1. */
  readonly annealing: 'linear' | 'cosine' | 'step' | 'constant';
  /** Weight of the label when constant; the reference's `distill_weight` is 1 − lambda. */
  readonly lambda: number;
  /** Share of the steps that a step function stays at 0. */
  readonly switchAt: number;
}

/**
 * λ of docs/paper.md section 1, the weight of the gold label in the mixed target. Linear: step / totalSteps with steps counted from 0, so the
 * first step is pure distillation and the last has λ = 1 − 1 / totalSteps, never quite 1 (reference: run_classifier.py, percent_done).
 * Cosine is (1 − cos(π · step / totalSteps)) / 2: slower than linear at both ends.
 * @throws BornAgainError ERR_INVALID_ARGUMENT for a step outside the training, or a lambda or switchAt outside [0, 1]
 */
export function goldWeight(step: number, totalSteps: number, { annealing, lambda, switchAt }: AnnealingOptions): number {
  if (!Number.isInteger(totalSteps) || !Number.isInteger(step) || step < 0 || step >= totalSteps) {
    const message = `step ${step} is outside a training of ${totalSteps} steps (0 to ${totalSteps - 1})`;
    throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { step, totalSteps });
  }
  const progress = step / totalSteps;
  if (annealing === 'linear') return progress;
  if (annealing === 'cosine') return (1 - Math.cos(Math.PI * progress)) / 2;
  if (annealing === 'step') return progress < fraction('switchAt', switchAt) ? 0 : 1;
  return fraction('lambda', lambda);
}

function fraction(key: 'lambda' | 'switchAt', value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `distillation.${key} must lie in [0, 1], not be ${value}`, { [key]: value });
}
