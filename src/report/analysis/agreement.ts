/** How often a student answers as its teachers do, and who is right where they differ. */
import { mean, median } from 'simple-statistics';
import { score } from '../../metrics/index.js';
import type { LoadedExperiment, LoadedRun } from '../load/experiment.js';
import type { TaskAnswers } from '../load/answers.js';
import { reportArms, runsOn, teachersOf, trainedTasks } from './arms.js';

/** Shares of the dev examples; they add up to 1. */
export interface Outcomes {
  readonly bothRight: number;
  readonly studentOnlyRight: number;
  readonly teacherOnlyRight: number;
  /** Both wrong, with the same answer. */
  readonly sameError: number;
  /** Both wrong, each in its own way; with two classes there is none. */
  readonly otherError: number;
}

export interface Agreement {
  readonly task: string;
  readonly arm: string;
  readonly series: number;
  readonly seeds: number;
  /** Classification: share of equal answers. Regression: Pearson correlation. Median over the seeds. */
  readonly agreement: number;
  /** Means over the seeds; null for regression. */
  readonly outcomes: Outcomes | null;
  /** Regression: mean absolute difference in the task's range, median over the seeds. */
  readonly difference: number | null;
}

/** One entry for each task that a distilled arm was taught. */
export function agreements(experiment: LoadedExperiment): Agreement[] {
  return trainedTasks(experiment).flatMap((task) =>
    reportArms(experiment).flatMap((arm) => {
      const pairs = runsOn(arm, task).flatMap((run) => pairOf(experiment, run, task));
      if (pairs.length === 0) return [];
      const each = pairs.map(([student, teacher]) => compare(student, teacher));
      const outcomes = each.map((own) => own.outcomes).filter((own) => own !== null);
      const differences = each.map((own) => own.difference).filter((own) => own !== null);
      return [
        {
          task,
          arm: arm.name,
          series: arm.series,
          seeds: pairs.length,
          agreement: median(each.map((own) => own.agreement)),
          outcomes: outcomes.length === 0 ? null : meanOutcomes(outcomes),
          difference: differences.length === 0 ? null : median(differences),
        },
      ];
    }),
  );
}

/** Student and teacher on a task; nothing where one has no answers left. */
export function pairOf(experiment: LoadedExperiment, run: LoadedRun, task: string): [TaskAnswers, TaskAnswers][] {
  const student = run.answers?.get(task);
  const teachers = teachersOf(experiment, run, task).map(({ answers }) => answers?.get(task));
  const known = teachers.filter((teacher) => teacher !== undefined);
  if (student === undefined || known.length === 0 || known.length < teachers.length) return [];
  return [[student, ensembleAnswers(known)]];
}

/** The ensemble's answers: the class of the largest mean probability, or the mean score (src/distill/ensemble.ts). */
function ensembleAnswers(teachers: readonly TaskAnswers[]): TaskAnswers {
  const [first] = teachers as [TaskAnswers];
  if (teachers.length === 1) return first;
  const meanOf = (pick: (teacher: TaskAnswers) => Float32Array): Float32Array =>
    pick(first).map((_, index) => mean(teachers.map((teacher) => pick(teacher)[index] ?? NaN)));
  if (first.probabilities === null) return { ...first, answers: meanOf(({ answers }) => answers) };
  const probabilities = meanOf((teacher) => teacher.probabilities ?? new Float32Array());
  const classes = first.task.labels.length;
  const answers = first.answers.map((_, row) => {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
  return { ...first, answers, probabilities };
}

/** Of one student with its teachers. */
export function compare(student: TaskAnswers, teacher: TaskAnswers): Pick<Agreement, 'agreement' | 'outcomes' | 'difference'> {
  if (student.probabilities === null) {
    const differences = [...student.answers].map((answer, index) => Math.abs(answer - (teacher.answers[index] ?? NaN)));
    return { agreement: score('pearson', student.answers, teacher.answers).value, outcomes: null, difference: mean(differences) };
  }
  const counts = { bothRight: 0, studentOnlyRight: 0, teacherOnlyRight: 0, sameError: 0, otherError: 0 };
  let same = 0;
  student.answers.forEach((answer, index) => {
    const [other, gold] = [teacher.answers[index], student.gold[index]];
    if (answer === other) same += 1;
    if (answer === gold) counts[other === gold ? 'bothRight' : 'studentOnlyRight'] += 1;
    else if (other === gold) counts.teacherOnlyRight += 1;
    else counts[answer === other ? 'sameError' : 'otherError'] += 1;
  });
  const size = student.answers.length;
  return { agreement: same / size, outcomes: scaled(counts, 1 / size), difference: null };
}

const OUTCOMES = ['bothRight', 'studentOnlyRight', 'teacherOnlyRight', 'sameError', 'otherError'] as const;

function scaled(outcomes: Outcomes, factor: number): Outcomes {
  return Object.fromEntries(OUTCOMES.map((name) => [name, outcomes[name] * factor])) as unknown as Outcomes;
}

function meanOutcomes(list: readonly Outcomes[]): Outcomes {
  return Object.fromEntries(OUTCOMES.map((name) => [name, mean(list.map((own) => own[name]))])) as unknown as Outcomes;
}
