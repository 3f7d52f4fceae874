/**
 * Seeded random streams. A stream is named by the seed and a list of labels, and the name is hashed into the generator's whole state:
 * streams of different names are independent, and drawing more from one never shifts another. Same name, same numbers, on any machine.
 */
import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator';
import { BornAgainError } from './errors.js';

export class Random {
  readonly #generator: JumpableRandomGenerator;
  #spare: number | null = null;

  constructor(generator: JumpableRandomGenerator) {
    this.#generator = generator;
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** Uniform integer in [0, bound), unbiased. `bound` is at least 1. */
  integer(bound: number): number {
    return uniformInt(this.#generator, 0, bound - 1);
  }

  /** Standard normal deviate (Box–Muller; the second one of each pair is kept for the next call). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    // 1 - uniform() lies in (0, 1]: the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Puts the values in uniformly random order, in place (Fisher–Yates). */
  shuffle(values: Uint32Array): void {
    for (let last = values.length - 1; last > 0; last -= 1) {
      const other = this.integer(last + 1);
      const value = values[last] ?? 0;
      values[last] = values[other] ?? 0;
      values[other] = value;
    }
  }
}

/**
 * The stream of that seed and name: `createRandom(seed, 'tasks')`, `createRandom(seed, 'head', 'cola')`.
 * @param seed any integer from -(2^53 - 1) to 2^53 - 1
 * @throws BornAgainError ERR_INVALID_ARGUMENT for another one
 */
export function createRandom(seed: number, ...labels: readonly (string | number)[]): Random {
  requireSeed(seed);
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...labels]))
    .digest();
  const state = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset));
  return new Random(xoroshiro128plusFromState(state));
}

/** Throws ERR_INVALID_ARGUMENT: all seeds that JSON writes as null (NaN, Infinity, none) would be one, and so would integers beyond 2^53. */
export function requireSeed(seed: number): void {
  if (Number.isSafeInteger(seed)) return;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `the seed must be an integer between -2^53 and 2^53, not ${seed}`, { seed });
}

/** 0, 1, … `size` - 1 in uniformly random order. */
export function permutation(random: Random, size: number): Uint32Array {
  const values = new Uint32Array(size);
  for (let index = 0; index < size; index += 1) values[index] = index;
  random.shuffle(values);
  return values;
}
