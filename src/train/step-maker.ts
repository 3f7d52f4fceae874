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
  readonly batch: PackedBatch;
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
  const { batchSize, epochs, learningRate } = shape;
  const plan = planBatches({ sizes: datasets.map(({ size }) => size), batchSize, epochs, ...config.sampling, seed });
  const { totalSteps } = plan;
  return {
    totalSteps,
    prepare(step) {
      const examples = plan.batch(step);
      const lambda = distilled ? goldWeight(step, totalSteps, config.distillation) : null;
      const perExample = config.loss.reduction === 'mean' ? 1 / examples.length : 1;
      const batch = packBatch(examples, {
        datasets,
        heads: [...tasks.keys()],
        targets: mixedTargets(datasets, teachers, lambda ?? 1),
        weight: (task) => plan.exampleWeight(task) * perExample,
      });
      return { batch, examples, lambda, learningRate: learningRateAt(step, totalSteps, learningRate, config.schedule.warmup) };
    },
  };
}
