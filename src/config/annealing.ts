/** Teacher annealing in words, for reports and model cards. */
import type { Config } from './schema.js';

export interface Annealing {
  readonly annealing: Config['distillation']['annealing'];
  /** Weight of the gold label where it is constant. */
  readonly lambda: number | null;
  /** Share of the steps before a step. */
  readonly switchAt: number | null;
}

/** A few words, such as `linear, lambda 0 to 1`. */
export function describeAnnealing({ annealing, lambda, switchAt }: Annealing): string {
  const kinds = {
    linear: 'linear, lambda 0 to 1',
    cosine: 'half a cosine, lambda 0 to 1',
    step: `lambda 0, then 1 from ${switchAt} of the steps`,
    constant: `none, lambda ${lambda}`,
  };
  return kinds[annealing];
}
