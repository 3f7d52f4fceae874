/**
 * The percentile bootstrap interval of a median (Efron 1979), without a random number: the distribution of the median over all n^n samples
 * with replacement is known in closed form (Maritz and Jarrett 1978), so the interval is the one that more and more resamples approach.
 *
 * Sort the values x_1 ≤ … ≤ x_n and let F_k(i) = P(B ≥ k), B binomial of n trials with probability i / n: the chance that the k-th smallest
 * of a resample is among the first i. For odd n the median is the k-th smallest, k = (n + 1) / 2. For n = 2k it is the mean of the k-th and
 * the one above, which are x_i and x_j with i < j in C(n, k) · [iᵏ - (i - 1)ᵏ] · [(n - j + 1)ᵏ - (n - j)ᵏ] / nⁿ of the resamples, and both x_i
 * in the rest of those whose k-th is x_i.
 */
import { binomialUpperTail, logChoose } from './cephes.js';
import { requireSample } from './samples.js';

/** Rounding must not carry a bound one value further. */
const ROUNDING = 1e-12;

export interface Interval {
  readonly level: number;
  readonly low: number;
  readonly high: number;
}

interface Mass {
  readonly median: number;
  readonly probability: number;
}

/**
 * The smallest values at which the distribution function of the bootstrapped median reaches (1 - level) / 2 and (1 + level) / 2. With few
 * values it is the whole range of them, and covers less than its level says.
 * @throws BornAgainError ERR_INVALID_ARGUMENT for an empty sample or a value that is not finite
 */
export function medianInterval(values: readonly number[], level = 0.95): Interval {
  requireSample('bootstrap interval', values);
  const sorted = [...values].sort((a, b) => a - b);
  const masses = (sorted.length % 2 === 1 ? oddMasses(sorted) : evenMasses(sorted)).sort((a, b) => a.median - b.median);
  return { level, low: quantile(masses, (1 - level) / 2), high: quantile(masses, (1 + level) / 2) };
}

function quantile(masses: readonly Mass[], probability: number): number {
  let reached = 0;
  for (const mass of masses) {
    reached += mass.probability;
    if (reached >= probability - ROUNDING) return mass.median;
  }
  return (masses.at(-1) as Mass).median;
}

/** P(the k-th smallest of a resample is x_i), i from 1. */
function orderMass(n: number, k: number, i: number): number {
  const upTo = (last: number): number => (last === n ? 1 : binomialUpperTail(k, n, last / n));
  return upTo(i) - (i === 1 ? 0 : upTo(i - 1));
}

function oddMasses(sorted: readonly number[]): Mass[] {
  const n = sorted.length;
  return sorted.map((median, at) => ({ median, probability: orderMass(n, (n + 1) / 2, at + 1) }));
}

function evenMasses(sorted: readonly number[]): Mass[] {
  const n = sorted.length;
  const k = n / 2;
  const masses: Mass[] = [];
  for (let i = 1; i <= n; i += 1) {
    let both = orderMass(n, k, i);
    for (let j = i + 1; j <= n; j += 1) {
      const probability = splitMass(n, k, i, n - j + 1);
      both -= probability;
      masses.push({ median: ((sorted[i - 1] as number) + (sorted[j - 1] as number)) / 2, probability });
    }
    masses.push({ median: sorted[i - 1] as number, probability: Math.max(0, both) });
  }
  return masses;
}

/** C(n, k) · [iᵏ - (i - 1)ᵏ] · [rᵏ - (r - 1)ᵏ] / nⁿ, by logarithms: the factors overflow. */
function splitMass(n: number, k: number, i: number, r: number): number {
  const whole = Math.exp(logChoose(n, k) + k * (Math.log(i / n) + Math.log(r / n)));
  return whole * (1 - ((i - 1) / i) ** k) * (1 - ((r - 1) / r) ** k);
}
