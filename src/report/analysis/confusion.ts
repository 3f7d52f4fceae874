/** Which class was taken for which. */
import type { LoadedExperiment } from '../load/experiment.js';
import type { TaskAnswers } from '../load/answers.js';
import { reportArms, runsOn, trainedTasks } from './arms.js';

export interface Confusion {
  readonly task: string;
  readonly arm: string;
  readonly series: number;
  readonly seeds: number;
  readonly labels: readonly string[];
  /** [gold][answer], over all seeds. */
  readonly counts: readonly (readonly number[])[];
  /** Answers that were not finite. */
  readonly unanswered: number;
}

export function confusions(experiment: LoadedExperiment): Confusion[] {
  return trainedTasks(experiment).flatMap((task) =>
    reportArms(experiment).flatMap((arm) => {
      const answers = runsOn(arm, task).flatMap(({ answers: own }) => own?.get(task) ?? []);
      const [first] = answers;
      if (first === undefined || first.probabilities === null) return [];
      return [{ task, arm: arm.name, series: arm.series, seeds: answers.length, labels: first.task.labels, ...confusionOf(answers) }];
    }),
  );
}

export function confusionOf(list: readonly TaskAnswers[]): Pick<Confusion, 'counts' | 'unanswered'> {
  const classes = list[0]?.task.labels.length ?? 0;
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let unanswered = 0;
  for (const { gold, answers } of list) {
    answers.forEach((answer, index) => {
      const row = counts[gold[index] ?? NaN];
      if (row?.[answer] === undefined) unanswered += 1;
      else row[answer] += 1;
    });
  }
  return { counts, unanswered };
}
