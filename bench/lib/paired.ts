/** Interleaved measurement: ours, theirs, ours, theirs …, each turn over the same fixed batches, warmed before anything counts. */
import { performance } from 'node:perf_hooks';
import type { Device, MemoryAnswer, TrainAnswer } from './sides.js';
import type { Worker } from './worker.js';

const LEARNING_RATE = 1e-5;

/** A turn lasts at least this long, so that a fast side is not judged by a few milliseconds. */
const TURN_SECONDS = 0.5;

/** A list of batches.json, and the work in one pass over it. */
export interface Work {
  readonly list: string;
  /** Real ones. */
  readonly tokens: number;
}

/** One way of training in a worker: its turns, and what they took. */
export class Contender {
  /** Real tokens per second, turn by turn. */
  readonly rates: number[] = [];
  /** Seconds of every timed step. */
  readonly steps: number[] = [];
  /** Bytes: largest resident size while it first went through the batches. */
  peakMemory = 0;
  private passes = 1;

  constructor(
    private readonly worker: Worker,
    private readonly settings: object,
    readonly work: Work,
  ) {}

  /**
   * Every batch once, untimed: a new shape costs either side something (oneDNN builds a primitive for it, buffers grow), and this is a
   * comparison of steps. The second pass says how many make a turn; on CUDA the third, since the first compiles and the second records
   * graphs.
   */
  async warm(device: Device = 'cpu'): Promise<void> {
    await this.worker.ask('memory', { reset: true });
    const first = await this.run(1);
    this.peakMemory = (await this.worker.ask<MemoryAnswer>('memory')).peak;
    if (device === 'cuda') await this.run(1);
    const { seconds } = device === 'cpu' && first.seconds > 4 * TURN_SECONDS ? first : await this.run(1);
    this.passes = Math.max(1, Math.ceil(TURN_SECONDS / seconds));
  }

  /** @returns its rate */
  async turn(): Promise<number> {
    const { seconds, steps } = await this.run(this.passes);
    const rate = (this.passes * this.work.tokens) / seconds;
    this.rates.push(rate);
    this.steps.push(...steps);
    return rate;
  }

  private run(passes: number): Promise<TrainAnswer> {
    return this.worker.ask<TrainAnswer>('train', { ...this.settings, list: this.work.list, passes, learningRate: LEARNING_RATE });
  }
}

/** A side that has opened its folder: seconds from the start of its process to its first finished step. */
export async function openWorker(worker: Worker, request: object, first: object): Promise<number> {
  await worker.askAtOnce('open', request);
  await worker.askAtOnce('train', { ...first, passes: 1, learningRate: LEARNING_RATE });
  return (performance.now() - worker.startedAt) / 1000;
}

export interface Pairs {
  readonly ours: number[];
  readonly theirs: number[];
}

/**
 * Turn about, so many rounds: ours against each opponent, and behind the first opponent's turn every variant of ours.
 * @returns rates of the same round, by opponent and by variant
 */
export async function interleave(
  rounds: number,
  ours: Contender,
  opponents: readonly Contender[],
  variants: readonly Contender[],
): Promise<{ readonly opponents: Pairs[]; readonly variants: Pairs[] }> {
  const empty = (): Pairs => ({ ours: [], theirs: [] });
  const result = { opponents: opponents.map(empty), variants: variants.map(empty) };
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, opponent] of opponents.entries()) {
      const rate = await ours.turn();
      const theirs = await opponent.turn();
      record(result.opponents[index], rate, theirs);
      if (index > 0) continue;
      for (const [which, variant] of variants.entries()) record(result.variants[which], await variant.turn(), theirs);
    }
  }
  return result;
}

function record(pairs: Pairs | undefined, ours: number, theirs: number): void {
  pairs?.ours.push(ours);
  pairs?.theirs.push(theirs);
}
