/** Made-up sequences with the lengths of GLUE's tasks, and the batches that each side is handed: seeded, the same in every run. */
import { createRandom } from '../../src/util/random.js';
import { CLASSES, VOCABULARY } from './models.js';
import type { Padding } from './opponents.js';

/**
 * Word pieces of a sequence, [CLS] and [SEP] counted: log-normal around a median, cut at the limits. Medians and spreads are near those of the
 * tasks' training sets under bert-base-uncased and a limit of 128; dynamic padding to the longest of 32 then fills about 0.52 of its
 * places at CoLA's lengths, 0.41 at MNLI's and 0.46 at QNLI's.
 */
export const LENGTHS = {
  cola: { median: 10.5, sigma: 0.34, shortest: 4, longest: 48 },
  mnli: { median: 34, sigma: 0.48, shortest: 8, longest: 128 },
  qnli: { median: 46, sigma: 0.42, shortest: 12, longest: 128 },
} as const;

export type LengthsName = keyof typeof LENGTHS;

export interface Row {
  readonly ids: readonly number[];
  /** Position at which segment 1 starts. */
  readonly boundary: number;
  readonly label: number;
}

/** [CLS] … [SEP] of bert-base-uncased around ids drawn uniformly: the worst case for an optimizer that leaves unused words alone. */
const CLS = 101;
const SEP = 102;
const FIRST_WORD = 1000;

export function makeLengths(name: LengthsName, count: number, seed: number): number[] {
  const { median, sigma, shortest, longest } = LENGTHS[name];
  const random = createRandom(seed, 'lengths', name);
  return Array.from({ length: count }, () => Math.max(shortest, Math.min(longest, Math.round(median * Math.exp(sigma * random.normal())))));
}

export function makeRows(lengths: readonly number[], seed: number): Row[] {
  const random = createRandom(seed, 'rows');
  return lengths.map((length) => {
    const words = Array.from({ length: length - 2 }, () => FIRST_WORD + random.integer(VOCABULARY - FIRST_WORD));
    return { ids: [CLS, ...words, SEP], boundary: Math.ceil(length / 2), label: random.integer(CLASSES) };
  });
}

/** Row numbers in the order given, cut into batches; a last one that is not full is left out. */
export function cutBatches(order: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.floor(order.length / size) }, (_, batch) => order.slice(batch * size, (batch + 1) * size));
}

/** Batches that a length-grouping sampler looks at together (Transformers' LengthGroupedSampler): the pool that a cell's batches are taken from. */
const POOL = 50;

/** Rows of a pool of batches of that size. */
export const poolSize = (size: number): number => POOL * size;

const longest = (lengths: readonly number[], rows: readonly number[]): number => Math.max(...rows.map((row) => lengths[row] ?? 0));

/**
 * `count` of the batches, at equal distances in the order of what padding makes of them: few batches then cost what all of them do on
 * average, on a side that pads, and the fill of the sample is that of the pool.
 */
export function representative(batches: readonly (readonly number[])[], lengths: readonly number[], count: number): number[][] {
  const ordered = [...batches].sort((a, b) => longest(lengths, b) - longest(lengths, a));
  return Array.from({ length: count }, (_, i) => [...(ordered[Math.floor(((i + 0.5) * ordered.length) / count)] ?? [])]);
}

/** `count` batches that stand for a pool in the data's order, and as many that stand for it in length order. */
export function sampledBatches(lengths: readonly number[], size: number, count: number): Readonly<Record<'data' | 'length', number[][]>> {
  return {
    data: representative(cutBatches([...lengths.keys()], size), lengths, count),
    length: representative(groupedBatches(lengths, size), lengths, count),
  };
}

/** Row numbers sorted by length and cut, as length-grouping hands out a pool of batches. */
export function groupedBatches(lengths: readonly number[], size: number): number[][] {
  return cutBatches(byLength(lengths, [...lengths.keys()]), size);
}

const byLength = (lengths: readonly number[], rows: readonly number[]): number[] =>
  [...rows].sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0));

/** The rows in length order, longest first, cut where a batch would have more tokens; as the project evaluates. */
export function tokenBatches(lengths: readonly number[], rows: readonly number[], maxTokens: number): number[][] {
  const batches: number[][] = [];
  let tokens = Infinity;
  for (const row of byLength(lengths, rows)) {
    const length = lengths[row] ?? 0;
    if (tokens + length > maxTokens) {
      batches.push([]);
      tokens = 0;
    }
    batches.at(-1)?.push(row);
    tokens += length;
  }
  return batches;
}

/** The lengths that a batch is computed at. */
export function paddedLengths(lengths: readonly number[], padding: Padding): number[] {
  if (padding === 'none') return [...lengths];
  const longest = Math.max(...lengths);
  const multiple = padding === 'multiple-of-32' ? 32 : 1;
  const target = typeof padding === 'number' ? padding : Math.ceil(longest / multiple) * multiple;
  return lengths.map(() => target);
}
