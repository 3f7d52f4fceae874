/**
 * How much each task counts, from the sizes of the training sets. Two answers to the same end, an influence ∝ size^exponent: drawing
 * tasks at random (the paper), or the reference code's copies of small sets with a loss weight for the rounding. Sizes are those really
 * trained on: MRPC and STS-B count twice when both orders are used.
 */
import { sum } from 'simple-statistics';
import type { Sampling } from '../config/schema.js';
import { BornAgainError } from '../util/errors.js';

/**
 * P(task) ∝ size^exponent (docs/paper.md section 1, Bowman et al. 2018). The shares sum to 1.
 * @throws BornAgainError ERR_INVALID_ARGUMENT for no or empty sets, and for an exponent by which the shares are no numbers
 */
export function samplingShares(sizes: readonly number[], exponent: number): number[] {
  return normalized(
    checkedSizes(sizes).map((size) => size ** exponent),
    exponent,
  );
}

export interface CopiesAndWeights {
  /** How often each set is repeated within an epoch, at least 1. */
  readonly copies: number[];
  /** Loss weight of each example of the task. */
  readonly weights: number[];
}

/**
 * The reference's `dataset_multiples` (docs/paper.md section 3.2; bam/data/task_weighting.py, _multiples_and_weights). The target of a task is
 * size^exponent, scaled so that the largest set's target is its own size; copies = round(target / size); the weight makes
 * size · copies · weight exactly ∝ size^exponent. The weights are normalised to a plain mean of 1 *over tasks*, so their mean over
 * examples is not 1: it depends on the sizes (1.01 for GLUE). The reference anchors on MNLI by name; that is GLUE's largest set.
 * @throws BornAgainError ERR_INVALID_ARGUMENT as `samplingShares`, and where an exponent above 1 leaves a set without a copy
 */
export function copiesAndWeights(sizes: readonly number[], exponent: number): CopiesAndWeights {
  const shares = samplingShares(sizes, exponent);
  const largest = Math.max(...sizes);
  const copies = sizes.map((size) => {
    const target = largest * (size / largest) ** exponent;
    // The reference adds 0.01 before dividing, so that the largest set does not fall below one copy by a rounding error.
    return Math.round((target + 0.01) / size);
  });
  const raw = sizes.map((size, task) => (shares[task] ?? 0) / (size * (copies[task] ?? 1)));
  return { copies, weights: normalized(raw, exponent).map((weight) => weight * sizes.length) };
}

/**
 * The reference's weights when sets are not copied: ∝ size^(exponent − 1), normalised to a mean of 1 *over examples*
 * (bam/data/task_weighting.py, get_task_weights). A negative exponent means no weighting.
 * @throws BornAgainError ERR_INVALID_ARGUMENT as `samplingShares`
 */
export function lossWeights(sizes: readonly number[], exponent: number): number[] {
  if (exponent < 0) return checkedSizes(sizes).map(() => 1);
  const raw = checkedSizes(sizes).map((size) => size ** (exponent - 1));
  const meanOverExamples = sum(raw.map((weight, task) => weight * (sizes[task] ?? 0))) / sum([...sizes]);
  requireMagnitude(meanOverExamples, exponent);
  return raw.map((weight) => weight / meanOverExamples);
}

/** What an epoch is made of, by kind of sampling; `random` has no epochs of its own, it draws the task of each example. */
export const EPOCHS: Readonly<Record<Exclude<Sampling, 'random'>, (sizes: readonly number[], exponent: number) => CopiesAndWeights>> = {
  copies: copiesAndWeights,
  weights: (sizes, exponent) => ({ copies: sizes.map(() => 1), weights: lossWeights(sizes, exponent) }),
};

function checkedSizes(sizes: readonly number[]): readonly number[] {
  const wrong = sizes.findIndex((size) => !Number.isInteger(size) || size < 1);
  if (sizes.length > 0 && wrong < 0) return sizes;
  const what =
    sizes.length === 0 ? 'there is no training set' : `training set ${wrong} has size ${sizes[wrong]}; it needs at least one example`;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', what, { sizes });
}

function normalized(values: readonly number[], exponent: number): number[] {
  const total = sum([...values]);
  requireMagnitude(total, exponent);
  return values.map((value) => value / total);
}

/** Divided by 0, infinity or NaN, every share would be NaN, and a draw by such shares always falls on the first task. */
function requireMagnitude(total: number, exponent: number): void {
  if (total > 0 && total < Infinity) return;
  throw new BornAgainError(
    'ERR_INVALID_ARGUMENT',
    `an exponent of ${exponent} gives training sets of these sizes no shares; take one from 0 to 1`,
    {
      exponent,
    },
  );
}
