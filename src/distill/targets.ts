/**
 * What a student learns from: λ · label + (1 − λ) · teacher (docs/paper.md section 1). For classification a distribution over the classes, for
 * regression one scalar; ensemble.ts says what the teacher's is.
 */
import type { TargetWriter } from '../data/pack.js';
import type { TokenizedDataset } from '../data/types.js';
import type { TaskDefinition } from '../tasks/types.js';
import { BornAgainError } from '../util/errors.js';
import type { TeacherEnsemble } from './ensemble.js';

export interface MixedTarget {
  readonly kind: TaskDefinition['kind'];
  /** Class index, or the scaled score. */
  readonly label: number;
  /** The teacher's distribution, or its scalar; null for a target that is the label alone. */
  readonly teacher: ArrayLike<number> | null;
  /** λ; without a teacher it plays no part. */
  readonly goldWeight: number;
}

/**
 * Fills `target`, which is as long as the head's outputs: [classes], or [1] for regression. Where λ is 0, the label may be missing (NaN).
 * @throws BornAgainError ERR_INVALID_ARGUMENT for a λ outside [0, 1], a label that is no class of the target or no number, and a teacher or
 * a regression's target of another length
 */
export function mixedTarget(target: Float32Array, { kind, label, teacher, goldWeight }: MixedTarget): void {
  const gold = teacher === null ? 1 : goldWeight;
  if (!(gold >= 0 && gold <= 1)) throw wrong(`the gold weight must lie in [0, 1], not be ${gold}`);
  if (teacher !== null && teacher.length !== target.length)
    throw wrong(`the teacher has ${teacher.length} outputs for a target of ${target.length}`);
  if (kind === 'regression' && target.length !== 1) throw wrong(`a regression has a target of one number, not of ${target.length}`);
  const missing = gold === 0 && Number.isNaN(label);
  if (!missing && !isLabel(label, kind, target.length)) throw wrong(unfit(label, kind, target.length));
  if (kind === 'regression') {
    target[0] = weighted(gold, label) + weighted(1 - gold, teacher?.[0] ?? 0);
    return;
  }
  target.forEach((_, c) => (target[c] = gold * Number(c === label) + (1 - gold) * (teacher?.[c] ?? 0)));
}

/**
 * Writes targets for one step. `teachers[task]` is null for a task without a teacher, whose target is its label.
 * @throws BornAgainError ERR_INVALID_ARGUMENT, from `write`, for an example without a label where the label counts, and as `mixedTarget`
 */
export function mixedTargets(
  datasets: readonly TokenizedDataset[],
  teachers: readonly (TeacherEnsemble | null)[],
  goldWeight: number,
): TargetWriter {
  const datasetOf = (task: number): TokenizedDataset => datasets[task] ?? outside(task, datasets.length);
  return {
    width: (task) => outputsOf(datasetOf(task).task),
    write({ task, index }, target) {
      const dataset = datasetOf(task);
      const teacher = teachers[task]?.target(index) ?? null;
      const label = dataset.label(index);
      if (Number.isNaN(label) && (teacher === null || goldWeight > 0)) throw unlabelled(dataset, index);
      mixedTarget(target, { kind: dataset.task.kind, label, teacher, goldWeight });
    },
  };
}

/** Outputs of a task's head: its classes, or 1 for regression. */
export function outputsOf(task: TaskDefinition): number {
  return task.kind === 'classification' ? task.labels.length : 1;
}

function isLabel(label: number, kind: MixedTarget['kind'], classes: number): boolean {
  return kind === 'regression' ? Number.isFinite(label) : Number.isInteger(label) && label >= 0 && label < classes;
}

function unfit(label: number, kind: MixedTarget['kind'], classes: number): string {
  return kind === 'regression'
    ? `the label must be a finite number, not ${label}`
    : `label ${label} is none of ${classes} classes, counted from 0`;
}

function wrong(message: string): BornAgainError {
  return new BornAgainError('ERR_INVALID_ARGUMENT', message);
}

/** 0 times a missing label (NaN) is nothing, not NaN. */
function weighted(weight: number, value: number): number {
  return weight === 0 ? 0 : weight * value;
}

function unlabelled(dataset: TokenizedDataset, index: number): BornAgainError {
  const example = dataset.id(index);
  return new BornAgainError(
    'ERR_INVALID_ARGUMENT',
    `example ${example} of ${dataset.task.name} has no label; only labelled splits can be trained on`,
    { example },
  );
}

function outside(task: number, count: number): never {
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `task ${task} is outside the ${count} tasks given`, { task });
}
