/** Cutting a pair of token lists to a budget, by one of two rules that differ by a token where both sides are cut. */
import type { Truncation } from '../config/schema.js';
import { BornAgainError } from '../util/errors.js';

/** How long a sequence may be, and how a pair is cut to that. */
export interface LengthLimit {
  /** Special tokens included. */
  readonly maxLength: number;
  readonly truncation: Truncation;
}

/**
 * Where both sides are cut, whether a keeps the odd token. `reference`: BERT's own code, and BAM's. `longest_first`: the fast tokenisers of
 * Transformers.
 */
const ODD_TO_A: Readonly<Record<Truncation, (lengthA: number, lengthB: number) => boolean>> = {
  reference: () => true,
  longest_first: (lengthA, lengthB) => lengthA > lengthB,
};

/**
 * How many tokens to keep of a and b. `reference`: while the pair is too long, one token goes from the end of the longer side, from b when they are
 * equal. Closed form of the loop in docs/paper.md section 3.7 (reference: _truncate_seq_pair in classification_tasks.py). `longest_first`: the
 * same while one side is longer than all that the other leaves; once both are cut, the odd token stays on the side that was longer, on b
 * when they were equal (truncate_encodings of the tokenizers library).
 * @param budget tokens both may have together, special tokens not counted
 * @throws BornAgainError ERR_INVALID_ARGUMENT for a negative budget
 */
export function truncatePair(lengthA: number, lengthB: number, budget: number, truncation: Truncation): [number, number] {
  if (budget < 0) throw new BornAgainError('ERR_INVALID_ARGUMENT', `a pair cannot be cut to ${budget} tokens`, { budget });
  const excess = lengthA + lengthB - budget;
  if (excess <= 0) return [lengthA, lengthB];
  const difference = Math.abs(lengthA - lengthB);
  if (excess <= difference) return lengthA > lengthB ? [lengthA - excess, lengthB] : [lengthA, lengthB - excess];
  // Both are equally long once the difference is gone; in the reference b then gives the first token, a the second, and so on.
  const [more, less] = [Math.ceil(budget / 2), Math.floor(budget / 2)];
  return ODD_TO_A[truncation](lengthA, lengthB) ? [more, less] : [less, more];
}
