/** What every test asks of its samples. */
import { BornAgainError } from '../util/errors.js';

/** @throws BornAgainError ERR_INVALID_ARGUMENT for an empty sample or a value that is not finite */
export function requireSample(what: string, values: readonly number[]): void {
  if (values.length === 0) throw new BornAgainError('ERR_INVALID_ARGUMENT', `${what}: a sample has no value`);
  const position = values.findIndex((value) => !Number.isFinite(value));
  if (position < 0) return;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `${what}: value ${position} of a sample is ${values[position]}, which is not finite`);
}
