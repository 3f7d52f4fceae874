/** Teacher annealing in words, for reports and model cards. */
import type { Annealing } from './schema.js';

export interface AnnealingChoice {
  readonly annealing: Annealing;
  /** Weight of the gold label where it is constant. */
  readonly lambda: number | null;
  /** Share of the steps before a step. */
  readonly switchAt: number | null;
}

/** A few words, such as `linear, lambda 0 to 1`. */
export function describeAnnealing({ annealing, lambda, switchAt }: AnnealingChoice): string {
  const kinds: Record<Annealing, string> = {
    linear: 'linear, lambda 0 to 1',
    cosine: 'half a cosine, lambda 0 to 1',
    step: `lambda 0, then 1 from ${switchAt} of the steps`,
    constant: `none, lambda ${lambda}`,
  };
  return kinds[annealing];
}
