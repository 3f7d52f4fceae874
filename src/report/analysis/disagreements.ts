/** The dev examples on which a student, its teachers and the label are not all of one mind. */
import type { LoadedExperiment } from '../load/experiment.js';
import type { TaskAnswers } from '../load/answers.js';
import { pairOf } from './agreement.js';
import { reportArms, runsOn, trainedTasks } from './arms.js';

/** Of a task and an arm at most so many are shown: a page with every one of a large set would open on no phone. */
export const SHOWN_PER_TASK = 200;
/** Regression: scores that are further apart than this share of the range do not agree. */
export const TOLERANCE = 0.2;

export const KINDS = {
  gained: 'only the student is right',
  lost: 'only the teacher is right',
  together: 'both are wrong alike',
  apart: 'both are wrong, differently',
} as const;
export type DisagreementKind = keyof typeof KINDS;

export interface Disagreement {
  readonly task: string;
  readonly arm: string;
  readonly seed: number;
  /** Place among the task's dev examples. */
  readonly index: number;
  readonly kind: DisagreementKind;
  readonly gold: string;
  readonly teacher: string;
  readonly student: string;
  /** Seeds of the arm whose student answers as this one does, of all seeds of the arm; null for regression. */
  readonly seeds: { readonly alike: number; readonly all: number } | null;
}

export interface Disagreements {
  readonly shown: readonly Disagreement[];
  /** Found, shown or not, by task and arm. */
  readonly counts: readonly { readonly task: string; readonly arm: string; readonly found: number; readonly of: number }[];
}

/** Of each distilled arm the students of its first seed. */
export function disagreements(experiment: LoadedExperiment): Disagreements {
  const shown: Disagreement[] = [];
  const counts: Disagreements['counts'][number][] = [];
  for (const task of trainedTasks(experiment)) {
    for (const arm of reportArms(experiment)) {
      const runs = runsOn(arm, task);
      const [first] = runs;
      const [pair] = first === undefined ? [] : pairOf(experiment, first, task);
      if (first === undefined || pair === undefined) continue;
      const everyone = runs.flatMap(({ answers }) => answers?.get(task) ?? []);
      const found = pairDisagreements(...pair).map(({ index, kind }) => ({
        task,
        arm: arm.name,
        seed: first.run.seed,
        index,
        kind,
        ...wordsOf(index, ...pair),
        seeds: alike(index, pair[0], everyone),
      }));
      shown.push(...found.slice(0, SHOWN_PER_TASK));
      counts.push({ task, arm: arm.name, found: found.length, of: pair[0].answers.length });
    }
  }
  return { shown, counts };
}

export function pairDisagreements(student: TaskAnswers, teacher: TaskAnswers): { index: number; kind: DisagreementKind }[] {
  const { scoreRange } = student.task;
  const tolerance = scoreRange === null ? 0 : TOLERANCE * (scoreRange[1] - scoreRange[0]);
  const same = (a: number | undefined, b: number | undefined): boolean => Math.abs((a ?? NaN) - (b ?? NaN)) <= tolerance;
  return [...student.gold].flatMap((gold, index): { index: number; kind: DisagreementKind }[] => {
    const [own, other] = [student.answers[index], teacher.answers[index]];
    const [right, otherRight] = [same(own, gold), same(other, gold)];
    if (right && otherRight) return [];
    if (right) return [{ index, kind: 'gained' }];
    if (otherRight) return [{ index, kind: 'lost' }];
    return [{ index, kind: same(own, other) ? 'together' : 'apart' }];
  });
}

function wordsOf(index: number, student: TaskAnswers, teacher: TaskAnswers): Pick<Disagreement, 'gold' | 'teacher' | 'student'> {
  const word = (value: number | undefined): string => {
    if (value === undefined || Number.isNaN(value)) return 'none';
    return student.task.labels[value] ?? value.toFixed(2);
  };
  return { gold: word(student.gold[index]), teacher: word(teacher.answers[index]), student: word(student.answers[index]) };
}

function alike(index: number, student: TaskAnswers, everyone: readonly TaskAnswers[]): Disagreement['seeds'] {
  if (student.probabilities === null) return null;
  const count = everyone.filter(({ answers }) => answers[index] === student.answers[index]).length;
  return { alike: count, all: everyone.length };
}
