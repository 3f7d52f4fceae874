/** What a training plan cannot be made of, said before anything is drawn. */
import { SAMPLINGS } from '../config/schema.js';
import { BornAgainError } from '../util/errors.js';
import { requireSeed } from '../util/random.js';
import type { BatchPlanOptions } from './plan.js';
import { samplingShares } from './sampling.js';

/** `PackedBatch.taskIds` are bytes. */
const MAX_TASKS = 256;

/** What 32 bits count to, and about as many values as a typed array takes. */
export const MAX_HELD = 2 ** 32 - 1;

/** Throws ERR_INVALID_ARGUMENT. Sizes and exponent of `copies` and `weights` are left to the functions that compute these. */
export function checkOptions(options: BatchPlanOptions): void {
  const { sizes, batchSize, epochs, kind, exponent, endExponent, seed } = options;
  if (!SAMPLINGS.includes(kind)) throw invalid(`there is no sampling ${kind}; known are ${SAMPLINGS.join(', ')}`, options);
  if (sizes.length > MAX_TASKS) throw invalid(`${sizes.length} tasks are too many; a batch can tell ${MAX_TASKS} apart`, options);
  if (!Number.isInteger(batchSize) || batchSize < 1) throw invalid(`the batch size must be a positive integer, not ${batchSize}`, options);
  if (!(epochs > 0 && epochs < Infinity)) throw invalid(`the number of epochs must be positive and finite, not ${epochs}`, options);
  requireSeed(seed);
  if (endExponent !== null && kind !== 'random')
    throw invalid(`an exponent that moves (endExponent) needs random sampling, not ${kind}`, options);
  // Between the two, size^exponent is never larger or smaller than at both.
  if (kind === 'random') for (const end of [exponent, endExponent ?? exponent]) samplingShares(sizes, end);
}

/** Throws ERR_INVALID_ARGUMENT where the plan has more of `what` than `limit`. */
export function requireAtMost(limit: number, number: number, what: string, options: BatchPlanOptions): void {
  if (number <= limit) return;
  throw invalid(`the plan has ${number} ${what}, and can hold ${limit}; take fewer epochs, smaller sets or larger batches`, options);
}

function invalid(message: string, { sizes, batchSize, epochs }: BatchPlanOptions): BornAgainError {
  return new BornAgainError('ERR_INVALID_ARGUMENT', message, { sizes, batchSize, epochs });
}
