/** What stops a training, in words: which run, which step, which examples, and what is kept. */
import { BornAgainError } from '../util/errors.js';
import type { Checkpoint } from './checkpoints.js';
import type { PreparedStep, TrainingTask } from './step-maker.js';

/** How many examples a message names; the error's details name all. */
const SHOWN = 5;

export interface StepFailure {
  readonly runId: string;
  /** Counted from 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly prepared: PreparedStep;
  readonly tasks: readonly TrainingTask[];
  /** Newest first. */
  readonly checkpoints: readonly Checkpoint[];
  /** ERR_NON_FINITE_LOSS of the session; its details name positions in the batch. */
  readonly cause: BornAgainError;
}

/**
 * ERR_NON_FINITE_LOSS with the step, the ids of the batch, those whose loss is not finite, and the last good checkpoint. Its details name the
 * run; whoever tells of several runs puts that before the message.
 */
export function nonFiniteStep({ runId, step, totalSteps, prepared, tasks, checkpoints, cause }: StepFailure): BornAgainError {
  const ids = prepared.examples.map(({ task, index }) => `${tasks[task]?.dataset.task.name} ${tasks[task]?.dataset.id(index)}`);
  const positions = Array.isArray(cause.details['positions']) ? (cause.details['positions'] as number[]) : [];
  const losses = cause.details['losses'] as Float32Array | undefined;
  const nonFinite = positions.map((position) => ({ example: ids[position], loss: losses?.[position] }));
  const what = describeLosses(nonFinite, ids.length);
  // A checkpoint of the state that has just failed proved nothing; the one before it trained at least one good step.
  const good = checkpoints.find((checkpoint) => checkpoint.step < step - 1) ?? null;
  const kept =
    good === null ? 'There is no earlier checkpoint' : `The last good checkpoint, after step ${good.step}, is kept: ${good.path}`;
  return new BornAgainError(
    'ERR_NON_FINITE_LOSS',
    `training stopped at step ${step} of ${totalSteps}: ${what}. The batch was ${firstOf(ids)}. ${kept}. ` +
      'The parameters were not updated. A lower learning rate (single.learningRate, multi.learningRate) or a longer warm-up usually helps',
    { runId, step, examples: ids, nonFinite, checkpoint: good?.path ?? null },
    { cause },
  );
}

function describeLosses(
  nonFinite: readonly { readonly example: string | undefined; readonly loss: number | undefined }[],
  size: number,
): string {
  if (nonFinite.length === 0) return 'every example has a finite loss, but the batch loss or the gradient norm is not';
  if (nonFinite.length === size) return `the loss is not finite for any of the ${size} examples`;
  return `the loss is not finite for ${firstOf(nonFinite.map(({ example, loss }) => `${example} (${loss})`))}`;
}

function firstOf(items: readonly string[]): string {
  const more = items.length - SHOWN;
  return items.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** ERR_CANCELLED with the step that is done and where it is kept. */
export function cancelledAfter(runId: string, step: number, totalSteps: number, checkpoint: string | null): BornAgainError {
  const kept = checkpoint === null ? 'No checkpoint was kept' : `It can go on from ${checkpoint}`;
  return new BornAgainError('ERR_CANCELLED', `${runId}: cancelled after step ${step} of ${totalSteps}. ${kept}`, {
    runId,
    step,
    checkpoint,
  });
}
