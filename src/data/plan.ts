/**
 * Which examples make up which batch: a pure function of sizes, settings and seed, with random access by step, so that a run resumed at
 * any step sees the batches it would have seen. Examples of different tasks are mixed inside a batch (docs/paper.md section 1). A single-task
 * training is the same plan with one set.
 */
import type { Sampling } from '../config/schema.js';
import { BornAgainError } from '../util/errors.js';
import { createRandom, permutation } from '../util/random.js';
import { checkOptions, MAX_HELD, requireAtMost } from './plan-checks.js';
import { epochSteps, exponentAt, randomExamples } from './plan-size.js';
import { EPOCHS, samplingShares, type CopiesAndWeights } from './sampling.js';
import type { ExampleReference } from './types.js';

export interface BatchPlanOptions {
  /** Examples of each task's training set. */
  readonly sizes: readonly number[];
  readonly batchSize: number;
  /** Finite; may be a fraction. */
  readonly epochs: number;
  /** See `planBatches`. */
  readonly kind: Sampling;
  /** Of the set size, for every kind. */
  readonly exponent: number;
  /** For `random`: where the exponent has moved to by the last step, in a straight line over the steps; null keeps it. */
  readonly endExponent: number | null;
  /** `fresh`: shuffled anew for each epoch and seed; `fixed`: one shuffle for all, as the reference writes its records (docs/paper.md section 3.5). */
  readonly order: 'fresh' | 'fixed';
  readonly seed: number;
}

export interface BatchPlan {
  readonly totalSteps: number;
  /** Loss weight of every example of a task; 1 for `random`. */
  exampleWeight(task: number): number;
  /** The examples of one step, counted from 0. Only the last batch of a training (`random`) or of an epoch (`copies`, `weights`) may be smaller. */
  batch(step: number): ExampleReference[];
}

/** Of the one shuffle that every training shares; any number would do. */
const FIXED_SEED = 0;

/**
 * `random`: every slot of a batch draws its task with P ∝ size^exponent and takes the next example of that task's order, which is shuffled
 * anew on each pass. One epoch is as many examples as the sets hold together; batches run on over epochs, and none is dropped.
 *
 * `copies`: as in the reference, an epoch is the sets, small ones repeated, shuffled together; the loss is weighted (sampling.ts). Its
 * last batch is the partial one, where the reference pads, so both make ⌊⌈examples / batchSize⌉ · epochs⌋ steps.
 *
 * `weights`: the same with every set once and the loss weight alone making up for the sizes.
 *
 * A plan holds the order of one pass (over a set, or over an epoch) in 32-bit numbers; `random` also a byte for each example of the
 * training, its task, and 32-bit counts of each task's examples before each step. None of these may be more than 2^32 - 1.
 * @throws BornAgainError ERR_INVALID_ARGUMENT for an unknown kind, empty sets, no steps, more than 256 tasks, more examples than that, a seed that is no
 * integer, or an exponent by which the shares of the sets are no numbers
 */
export function planBatches(options: BatchPlanOptions): BatchPlan {
  checkOptions(options);
  const { sizes, kind, exponent } = options;
  return kind === 'random' ? randomPlan(options) : copiesPlan(options, EPOCHS[kind](sizes, exponent));
}

function randomPlan(options: BatchPlanOptions): BatchPlan {
  const { sizes, batchSize, epochs, exponent, endExponent, seed } = options;
  const examples = randomExamples(sizes, epochs);
  const totalSteps = Math.ceil(examples / batchSize);
  requireAtMost(MAX_HELD, Math.max(...sizes), 'examples in one pass', options);
  requireAtMost(MAX_HELD, examples, 'examples', options);
  requireAtMost(MAX_HELD, totalSteps * sizes.length, 'counts (steps times tasks)', options);
  const sharesAt = (step: number): number[] => samplingShares(sizes, exponentAt(step, totalSteps, exponent, endExponent));
  const tasks = drawTasks(sharesAt, { examples, batchSize, tasks: sizes.length }, seed);
  const taken = countBeforeSteps(tasks, sizes.length, batchSize, totalSteps);
  const orders = sizes.map((size, task) => passOrders(options, size, task));
  return {
    totalSteps,
    exampleWeight: () => 1,
    batch(step) {
      checkStep(step, totalSteps);
      const next = taken.slice(step * sizes.length, (step + 1) * sizes.length);
      return Array.from(tasks.subarray(step * batchSize, (step + 1) * batchSize), (task) => {
        const ordinal = next[task] ?? 0;
        next[task] = ordinal + 1;
        return { task, index: orders[task]?.(ordinal) ?? 0 };
      });
    },
  };
}

function copiesPlan(options: BatchPlanOptions, { copies, weights }: CopiesAndWeights): BatchPlan {
  const { sizes, batchSize, epochs } = options;
  const starts = cumulative(sizes.map((size, task) => size * (copies[task] ?? 1)));
  const examples = starts.at(-1) ?? 0;
  requireAtMost(MAX_HELD, examples, 'examples in one pass', options);
  requireAtMost(Number.MAX_SAFE_INTEGER, examples * Math.ceil(epochs), 'examples', options);
  const stepsPerEpoch = Math.ceil(examples / batchSize);
  const totalSteps = epochSteps([examples], batchSize, epochs);
  const order = passOrders(options, examples);
  return {
    totalSteps,
    exampleWeight: (task) => weights[task] ?? 1,
    batch(step) {
      checkStep(step, totalSteps);
      const epochStart = Math.floor(step / stepsPerEpoch) * examples;
      const first = (step % stepsPerEpoch) * batchSize;
      return Array.from({ length: Math.min(batchSize, examples - first) }, (_, slot) => {
        const position = order(epochStart + first + slot);
        const task = starts.findLastIndex((start) => start <= position);
        return { task, index: (position - (starts[task] ?? 0)) % (sizes[task] ?? 1) };
      });
    },
  };
}

/** The task of every slot of the training: [examples] */
function drawTasks(
  sharesAt: (step: number) => number[],
  { examples, batchSize, tasks: count }: { examples: number; batchSize: number; tasks: number },
  seed: number,
): Uint8Array {
  const tasks = new Uint8Array(examples);
  if (count === 1) return tasks;
  const random = createRandom(seed, 'tasks');
  let bounds: number[] = [];
  for (let slot = 0; slot < examples; slot += 1) {
    // Cumulative shares without the last: a rounding error there must not leave a gap below 1.
    if (slot % batchSize === 0) bounds = cumulative(sharesAt(slot / batchSize)).slice(1, -1);
    const value = random.uniform();
    let task = 0;
    while (task < bounds.length && value >= (bounds[task] ?? 1)) task += 1;
    tasks[slot] = task;
  }
  return tasks;
}

/** How many examples of each task come before each step: [totalSteps, taskCount] */
function countBeforeSteps(tasks: Uint8Array, taskCount: number, batchSize: number, totalSteps: number): Uint32Array {
  const taken = new Uint32Array(totalSteps * taskCount);
  const counts = new Uint32Array(taskCount);
  for (let step = 0; step < totalSteps; step += 1) {
    taken.set(counts, step * taskCount);
    for (const task of tasks.subarray(step * batchSize, (step + 1) * batchSize)) counts[task] = (counts[task] ?? 0) + 1;
  }
  return taken;
}

/** The n-th example of endless passes over `size` examples, each shuffled as the options say. The current pass's order is kept. */
function passOrders({ order: kind, seed }: BatchPlanOptions, size: number, ...labels: readonly number[]): (ordinal: number) => number {
  let current = -1;
  let order: Uint32Array = new Uint32Array(0);
  return (ordinal) => {
    const pass = kind === 'fixed' ? 0 : Math.floor(ordinal / size);
    if (pass !== current) {
      order = permutation(createRandom(kind === 'fixed' ? FIXED_SEED : seed, 'order', ...labels, pass), size);
      current = pass;
    }
    return order[ordinal % size] ?? 0;
  };
}

/** 0, a, a + b, …: one longer than `values`. */
function cumulative(values: readonly number[]): number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + value);
  return sums;
}

function checkStep(step: number, totalSteps: number): void {
  if (Number.isInteger(step) && step >= 0 && step < totalSteps) return;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `step ${step} is outside the plan of ${totalSteps} steps (0 to ${totalSteps - 1})`, {
    step,
    totalSteps,
  });
}
