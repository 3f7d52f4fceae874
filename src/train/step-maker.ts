/**
 * Everything about a step that is decided before it runs, as a pure function of the step's number: examples, targets at that λ, weights,
 * learning rate. That is why a resumed run needs the model's state and the step count, and nothing else.
 */
import type { Config, TrainingShape } from '../config/schema.js';
import { packBatch } from '../data/pack.js';
import { planBatches } from '../data/plan.js';
import type { ExampleReference, PackedBatch, TokenizedDataset } from '../data/types.js';
import { goldWeight } from '../distill/annealing.js';
import { mixedTargets } from '../distill/targets.js';
import type { TeacherEnsemble } from '../distill/ensemble.js';
import { learningRateAt } from '../optim/schedule.js';

export interface TrainingTask {
  /** The training set. */
  readonly dataset: TokenizedDataset;
  /** Null: the target is the label alone. */
  readonly teacher: TeacherEnsemble | null;
}

export interface TrainingPlan {
  /** In the order of the model's heads. */
  readonly tasks: readonly TrainingTask[];
  readonly shape: TrainingShape;
  readonly config: Config;
  readonly seed: number;
}

export interface PreparedStep {
  /** One after the other they are the step's batch; several where `accumulate` says so. */
  readonly batches: readonly PackedBatch[];
  readonly examples: readonly ExampleReference[];
  /** λ; null where no task has a teacher. */
  readonly lambda: number | null;
  readonly learningRate: number;
}

export interface StepMaker {
  readonly totalSteps: number;
  /** `step` counts from 0. */
  prepare(step: number): PreparedStep;
}

/** @throws BornAgainError ERR_INVALID_ARGUMENT for empty sets, no steps, or an example without a label */
export function createStepMaker({ tasks, shape, config, seed }: TrainingPlan): StepMaker {
  const datasets = tasks.map((task) => task.dataset);
  const teachers = tasks.map((task) => task.teacher);
  const distilled = teachers.some((teacher) => teacher !== null);
  const { batchSize, epochs, learningRate, accumulate } = shape;
  const plan = planBatches({ sizes: datasets.map(({ size }) => size), batchSize, epochs, ...config.sampling, seed });
  const { totalSteps } = plan;
  return {
    totalSteps,
    prepare(step) {
      const examples = plan.batch(step);
      const lambda = distilled ? goldWeight(step, totalSteps, config.distillation) : null;
      const perExample = config.loss.reduction === 'mean' ? 1 / examples.length : 1;
      const options = {
        datasets,
        heads: [...tasks.keys()],
        targets: mixedTargets(datasets, teachers, lambda ?? 1),
        // Of the whole batch, also where it is cut: micro-batches of unequal size must not weigh their examples differently.
        weight: (task: number) => plan.exampleWeight(task) * perExample,
      };
      const batches = microBatches(examples, accumulate).map((part) => packBatch(part, options));
      return { batches, examples, lambda, learningRate: learningRateAt(step, totalSteps, learningRate, config.schedule.warmup) };
    },
  };
}

/** Runs of nearly equal length, as many as asked for or as there are examples. */
function microBatches(examples: readonly ExampleReference[], count: number): (readonly ExampleReference[])[] {
  const parts = Math.min(count, examples.length);
  const start = (part: number): number => Math.floor((part * examples.length) / parts);
  return Array.from({ length: parts }, (_, part) => examples.slice(start(part), start(part + 1)));
}

/** Tokens of a step. */
export function tokensOf({ batches }: PreparedStep): number {
  return batches.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0);
}
