/** How many models to train at once: what the configuration says, or what a few seconds of trying find fastest on this machine, now. */
import { usableCores } from '../util/cores.js';
import { formatCount } from '../util/format.js';
import type { PlannedRun } from './arms.js';
import { calibrateSideBySide } from './calibrate.js';
import type { RunContext } from './context.js';

/** Of each number tried. */
const SECONDS = 2;
/** A larger number must be so much faster to be worth its memory. */
const WORTHWHILE = 1.05;

export interface ParallelRuns {
  readonly chosen: number;
  /** In the order of the numbers; empty where nothing was measured. */
  readonly measured: readonly MeasuredRate[];
}

export interface MeasuredRate {
  /** Models trained at once. */
  readonly runs: number;
  /** Of all of them together. */
  readonly tokensPerSecond: number;
}

/**
 * @param runs those that are to be trained; the one with the most tokens stands for them in the measurement
 * @throws as training does
 */
export async function chooseParallelRuns(
  context: RunContext,
  runs: readonly PlannedRun[],
  tokensOf: (run: PlannedRun) => number,
): Promise<ParallelRuns> {
  const { parallelRuns } = context.config.runtime;
  if (parallelRuns !== 'auto') return { chosen: parallelRuns, measured: [] };
  const [first, ...others] = runs;
  const numbers = candidates(Math.min(usableCores(), runs.length));
  if (first === undefined || numbers.length < 2) return { chosen: 1, measured: [] };
  const heaviest = others.reduce((a, b) => (tokensOf(b) > tokensOf(a) ? b : a), first);
  const measured: MeasuredRate[] = [];
  for (const number of numbers) {
    measured.push({ runs: number, tokensPerSecond: await calibrateSideBySide(context, heaviest, number, SECONDS) });
  }
  return { chosen: fastest(measured), measured };
}

/** 1, 2, 4 … and the limit itself. */
function candidates(limit: number): number[] {
  const powers = Array.from({ length: 31 }, (_, power) => 2 ** power).filter((number) => number <= limit);
  return [...new Set([...powers, limit])].filter((number) => number >= 1);
}

/** The number with the highest rate; a smaller one where it is nearly as fast. `measured` ascends and is not empty. */
export function fastest(measured: readonly MeasuredRate[]): number {
  return measured.reduce((best, own) => (own.tokensPerSecond > best.tokensPerSecond * WORTHWHILE ? own : best)).runs;
}

/** Why that number: `more gain less than 5 % (tokens/s by models at once: 1: 9,290, 2: 9,500)`. */
export function describeChoice(measured: readonly MeasuredRate[]): string {
  const most = measured.at(-1)?.runs === fastest(measured);
  const why = most ? 'that is fastest here' : `more gain less than ${Math.round((WORTHWHILE - 1) * 100)} % here`;
  return `${why} (tokens/s of training, by models at once: ${describeRates(measured)})`;
}

/** `1: 9,000, 2: 14,000` */
export function describeRates(measured: readonly MeasuredRate[]): string {
  return measured.map(({ runs, tokensPerSecond }) => `${runs}: ${formatCount(tokensPerSecond)}`).join(', ');
}
