/** How large a difference is, from -1 to 1, whatever the number of values: above 0 where a tends to be larger. */

/** Cliff's delta (Cliff 1993), P(a > b) - P(a < b), which is the rank-biserial correlation of the Mann-Whitney U of a. */
export function cliffsDelta(u: number, a: number, b: number): number {
  return (2 * u) / (a * b) - 1;
}

/** Of pairs (Kerby 2014): the share of the ranks that is positive less the share that is negative; 0 where no pair differs. */
export function matchedRankBiserial({ positive, negative }: { readonly positive: number; readonly negative: number }): number {
  return positive + negative === 0 ? 0 : (positive - negative) / (positive + negative);
}
