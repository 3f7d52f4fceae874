/** Teacher annealing: how much of the target is the label at each step. Pure TypeScript, without LibTorch. */
import type { Annealing } from '../config/schema.js';
import { BornAgainError } from '../util/errors.js';

export interface AnnealingOptions {
  /** linear: the paper's. constant: `lambda` throughout, an ablation of the paper. cosine and step: other ways from 0 to 1. */
  readonly annealing: Annealing;
  /** Weight of the label when constant; the reference's `distill_weight` is 1 − lambda. */
  readonly lambda: number;
  /** Share of the steps that a step function stays at 0. */
  readonly switchAt: number;
}

/** λ by kind, from the share of the steps that is done. Cosine is slower than linear at both ends. */
const GOLD_WEIGHTS: Readonly<Record<Annealing, (progress: number, options: AnnealingOptions) => number>> = {
  linear: (progress) => progress,
  cosine: (progress) => (1 - Math.cos(Math.PI * progress)) / 2,
  step: (progress, { switchAt }) => (progress < fraction('switchAt', switchAt) ? 0 : 1),
  constant: (_progress, { lambda }) => fraction('lambda', lambda),
};

/**
 * λ of docs/paper.md section 1, the weight of the gold label in the mixed target. Linear: step / totalSteps with steps counted from 0, so the
 * first step is pure distillation and the last has λ = 1 − 1 / totalSteps, never quite 1 (reference: run_classifier.py, percent_done).
 * @throws BornAgainError ERR_INVALID_ARGUMENT for an unknown kind, a step outside the training, or a lambda or switchAt outside [0, 1]
 */
export function goldWeight(step: number, totalSteps: number, options: AnnealingOptions): number {
  if (!Number.isInteger(totalSteps) || !Number.isInteger(step) || step < 0 || step >= totalSteps) {
    const message = `step ${step} is outside a training of ${totalSteps} steps (0 to ${totalSteps - 1})`;
    throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { step, totalSteps });
  }
  const { annealing } = options;
  if (!Object.hasOwn(GOLD_WEIGHTS, annealing)) {
    const message = `there is no annealing ${annealing}; known are ${Object.keys(GOLD_WEIGHTS).join(', ')}`;
    throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { annealing });
  }
  return GOLD_WEIGHTS[annealing](step / totalSteps, options);
}

function fraction(key: 'lambda' | 'switchAt', value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `distillation.${key} must lie in [0, 1], not be ${value}`, { [key]: value });
}
