/** Cutting a pair of token lists to a budget the way BERT's own code does. */
import { BornAgainError } from '../util/errors.js';

/**
 * How many tokens to keep of a and b: while the pair is too long, one token goes from the end of the longer side, from b when they are
 * equal. Closed form of the loop in PAPER.md section 3.7 (reference: _truncate_seq_pair in classification_tasks.py).
 * @param budget tokens both may have together, special tokens not counted
 * @throws BornAgainError ERR_INVALID_ARGUMENT for a negative budget
 */
export function truncatePair(lengthA: number, lengthB: number, budget: number): [number, number] {
  if (budget < 0) throw new BornAgainError('ERR_INVALID_ARGUMENT', `a pair cannot be cut to ${budget} tokens`, { budget });
  const excess = lengthA + lengthB - budget;
  if (excess <= 0) return [lengthA, lengthB];
  const difference = Math.abs(lengthA - lengthB);
  if (excess <= difference) return lengthA > lengthB ? [lengthA - excess, lengthB] : [lengthA, lengthB - excess];
  // Both are equally long once the difference is gone; from there b gives the first token, a the second, and so on.
  return [Math.ceil(budget / 2), Math.floor(budget / 2)];
}
