/**
 * Wilcoxon's signed-rank test (Wilcoxon 1945) of paired values: are the differences symmetric about 0? Pairs without a difference are left
 * out, as Wilcoxon did. Exact, given the ties that there are, over all ways to sign the ranks; for many pairs the normal approximation with
 * tie and continuity corrections. As scipy's wilcoxon: `exact` without ties, `PermutationMethod` with them, `asymptotic`.
 */
import { normalUpperTail } from './cephes.js';
import type { TestMethod } from './mann-whitney.js';
import { doubledRanks, signedSums, sumOf, twoSided } from './ranks.js';
import { requireSample } from './samples.js';

/** Differences up to which it is exact. */
const EXACT_DIFFERENCES = 100;

export interface Wilcoxon {
  /** Sum of the ranks of the positive differences a - b. */
  readonly positive: number;
  /** Sum of the ranks of the negative ones. */
  readonly negative: number;
  /** Pairs that differ. */
  readonly n: number;
  /** Two-sided. 1 where no pair differs. */
  readonly p: number;
  readonly method: TestMethod;
}

/**
 * @param paired a - b of each pair. Tied ones must be equal to the last bit: round off what subtracting left behind
 * @param exactDifferences pairs that differ up to which p is exact
 * @throws BornAgainError ERR_INVALID_ARGUMENT without a pair, or for a value that is not finite
 */
export function wilcoxonSignedRank(paired: readonly number[], exactDifferences = EXACT_DIFFERENCES): Wilcoxon {
  requireSample("Wilcoxon's signed-rank test", paired);
  const differences = paired.filter((difference) => difference !== 0);
  const { doubled, ties } = doubledRanks(differences.map(Math.abs));
  const doubledPositive = sumOf(doubled.filter((_, i) => (differences[i] as number) > 0));
  const n = differences.length;
  const sums = { positive: doubledPositive / 2, negative: (sumOf(doubled) - doubledPositive) / 2, n };
  if (n <= exactDifferences) return { ...sums, p: twoSided(signedSums(doubled), doubledPositive), method: 'exact' };
  return { ...sums, p: normalP(sums.positive, n, ties), method: 'normal approximation' };
}

/** @param ties Σ (t³ - t) */
function normalP(positive: number, n: number, ties: number): number {
  const distance = Math.abs(positive - (n * (n + 1)) / 4);
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
  // The correction moves a sum towards the mean, and not from the mean away.
  const z = distance === 0 ? 0 : Math.abs(distance - 0.5) / deviation;
  return 2 * normalUpperTail(z);
}
