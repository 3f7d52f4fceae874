/** Ranks, and the exact distribution of a sum of ranks when all ways to label them are equally likely. */

export interface Ranks {
  /** Twice each value's rank from 1, tied values sharing the average of theirs: doubled, so that they are integers. */
  readonly doubled: readonly number[];
  /** Σ (t³ - t) over the groups of t tied values. */
  readonly ties: number;
}

/** Of values that are finite. */
export function doubledRanks(values: readonly number[]): Ranks {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number));
  const doubled = new Array<number>(values.length);
  let ties = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end += 1;
    for (const index of order.slice(start, end)) doubled[index] = start + 1 + end;
    const size = end - start;
    ties += size ** 3 - size;
  }
  return { doubled, ties };
}

/**
 * Two-sided p-value of a sum: twice the smaller tail, the observed value in both, at most 1. With ties the distribution need not be
 * symmetric, so "as far from the mean" would be another test; this is what scipy's permutation_test means by two-sided.
 * @param ways how many ways lead to each sum, indexed by the sum
 */
export function twoSided(ways: Float64Array, observed: number): number {
  let [below, above, total] = [0, 0, 0];
  ways.forEach((count, sum) => {
    total += count;
    if (sum <= observed) below += count;
    if (sum >= observed) above += count;
  });
  return Math.min(1, (2 * Math.min(below, above)) / total);
}

/**
 * Ways to choose `size` of the scores, by their sum: the recurrence over the scores, each taken or not. Counts are doubles, exact up to 2^53
 * and good to some 1e-14 of their size beyond.
 * @param scores positive integers
 */
export function subsetSums(scores: readonly number[], size: number): Float64Array {
  const sorted = [...scores].sort((a, b) => a - b);
  const before = [0];
  for (const score of sorted) before.push((before.at(-1) as number) + score);
  /** Sum of the scores from `start` up to, not including, `end`. */
  const between = (start: number, end: number): number => (before[end] as number) - (before[start] as number);
  const width = between(sorted.length - size, sorted.length) + 1;
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(width));
  (ways[0] as Float64Array)[0] = 1;
  sorted.forEach((score, seen) => {
    // From the largest subsets down, so that none takes this score twice; only the sums that so many of the scores so far can have.
    for (let taken = Math.min(size, seen + 1); taken >= 1; taken -= 1) {
      const [least, most] = [between(0, taken - 1) + score, between(seen + 1 - taken, seen + 1)];
      addShifted(ways[taken] as Float64Array, ways[taken - 1] as Float64Array, { shift: score, least, most });
    }
  });
  return ways[size] as Float64Array;
}

/** Ways to give each score a sign, by the sum of the positive ones. */
export function signedSums(scores: readonly number[]): Float64Array {
  const most = sumOf(scores);
  const ways = new Float64Array(most + 1);
  ways[0] = 1;
  for (const score of scores) addShifted(ways, ways, { shift: score, least: score, most });
  return ways;
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** target[s] += source[s - shift] for s from most down to least: source may be the target. */
function addShifted(
  target: Float64Array,
  source: Float64Array,
  { shift, least, most }: { shift: number; least: number; most: number },
): void {
  for (let sum = most; sum >= least; sum -= 1) target[sum] = (target[sum] as number) + (source[sum - shift] as number);
}
