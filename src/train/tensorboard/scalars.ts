/** The names under which TensorBoard shows a run's numbers; what stands before the slash is a section of its page. */
import type { EvaluationLogEntry, StepLogEntry, TimingLogEntry } from '../run-log.js';
import type { Scalars } from './event.js';

export function stepScalars(entry: StepLogEntry, timing: Omit<TimingLogEntry, 'step'>): Scalars {
  const scalars: Record<string, number> = {
    'train/loss': entry.loss,
    'train/learning_rate': entry.learningRate,
    'train/gradient_norm': entry.gradientNorm,
    'train/tokens': entry.tokens,
    'train/tokens_per_second': timing.tokensPerSecond,
  };
  if (entry.lambda !== null) scalars['train/lambda'] = entry.lambda;
  for (const [task, { count, loss }] of Object.entries(entry.tasks)) {
    scalars[`task_loss/${task}`] = loss;
    scalars[`task_examples/${task}`] = count;
  }
  return scalars;
}

/** Whether `stepScalars` gives a number of that name. */
export function isStepTag(tag: string): boolean {
  return /^(train|task_loss|task_examples)\//.test(tag);
}

export function evaluationScalars({ split, tasks, average }: EvaluationLogEntry): Scalars {
  const scalars: Record<string, number> = {};
  for (const [task, scores] of Object.entries(tasks)) {
    for (const [metric, value] of Object.entries(scores)) scalars[`${split}/${task}_${metric}`] = value;
  }
  if (average !== null) scalars[`${split}/average`] = average;
  return scalars;
}
