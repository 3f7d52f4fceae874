/**
 * Mann-Whitney U (Mann and Whitney 1947): do values of one sample tend to be larger than those of another? Exact, given the ties that there
 * are, by the permutation distribution of the rank sum; for large samples the normal approximation with tie and continuity corrections.
 * As scipy's mannwhitneyu: `exact` without ties, `PermutationMethod` over all permutations with them, `asymptotic`.
 */
import { logChoose, normalUpperTail } from './cephes.js';
import { doubledRanks, subsetSums, sumOf, twoSided } from './ranks.js';
import { requireSample } from './samples.js';

/** Values of both samples together up to which it is exact: beyond, the recurrence is slow and the approximation good to four digits. */
const EXACT_VALUES = 100;

export type TestMethod = 'exact' | 'normal approximation';

export interface MannWhitney {
  /** Pairs (a, b) in which a is larger, ties counting half: from 0 to |a| · |b|. */
  readonly u: number;
  /** Two-sided. 1 where all values are equal. */
  readonly p: number;
  readonly method: TestMethod;
}

/**
 * @param exactValues values of both samples together up to which p is exact
 * @throws BornAgainError ERR_INVALID_ARGUMENT for an empty sample or a value that is not finite
 */
export function mannWhitney(a: readonly number[], b: readonly number[], exactValues = EXACT_VALUES): MannWhitney {
  for (const sample of [a, b]) requireSample('Mann-Whitney U', sample);
  const { doubled, ties } = doubledRanks([...a, ...b]);
  const u = sumOf(doubled.slice(0, a.length)) / 2 - (a.length * (a.length + 1)) / 2;
  if (doubled.length <= exactValues) return { u, p: exactP(doubled, a.length), method: 'exact' };
  return { u, p: normalP(u, a.length, b.length, ties), method: 'normal approximation' };
}

/** The smallest two-sided p that samples of these sizes can give: all of one sample above all of the other. */
export function smallestMannWhitneyP(a: number, b: number): number {
  return Math.min(1, 2 * Math.exp(-logChoose(a + b, a)));
}

/** By the smaller sample, whose subsets have fewer sums; a p-value is the same for both. */
function exactP(doubled: readonly number[], first: number): number {
  const [own, other] = [doubled.slice(0, first), doubled.slice(first)];
  const smaller = own.length <= other.length ? own : other;
  // Without ties the doubled ranks are even.
  const unit = doubled.every((rank) => rank % 2 === 0) ? 2 : 1;
  const scores = doubled.map((rank) => rank / unit);
  return twoSided(subsetSums(scores, smaller.length), sumOf(smaller) / unit);
}

/** @param ties Σ (t³ - t) */
function normalP(u: number, a: number, b: number, ties: number): number {
  const n = a + b;
  const deviation = Math.sqrt(((a * b) / 12) * (n + 1 - ties / (n * (n - 1))));
  const z = (Math.abs(u - (a * b) / 2) - 0.5) / deviation;
  return Math.min(1, 2 * normalUpperTail(z));
}
