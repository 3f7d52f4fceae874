/**
 * Whether a model is right as often as it is sure: the confidence of an answer is its class's probability. Bins and their accuracies are
 * scikit-learn's `calibration_curve` (uniform strategy) of confidence against being right; the expected calibration error is Guo et al.'s
 * (2017): the mean over the answers of |accuracy − confidence| of their bin. The Brier score is the multi-class one: 0 best, 2 worst.
 */
import { median, sum } from 'simple-statistics';
import type { TaskAnswers } from '../load/answers.js';
import type { LoadedExperiment } from '../load/experiment.js';
import { reportArms, runsOn, trainedTasks } from './arms.js';

export const CALIBRATION_BINS = 10;

export interface CalibrationBin {
  readonly count: number;
  /** Mean of the bin. */
  readonly confidence: number;
  readonly accuracy: number;
}

export interface Calibration {
  /** Those that hold an answer, by rising confidence. */
  readonly bins: readonly CalibrationBin[];
  readonly error: number;
  readonly brier: number;
}

export interface ArmCalibration {
  readonly task: string;
  readonly arm: string;
  readonly series: number;
  readonly seeds: number;
  /** Of the answers of all seeds together. */
  readonly bins: readonly CalibrationBin[];
  /** Medians over the seeds: one model is used, not the mean of twenty. */
  readonly error: number;
  readonly brier: number;
}

/** Of each classification task and arm whose predictions are there. */
export function armCalibrations(experiment: LoadedExperiment): ArmCalibration[] {
  return trainedTasks(experiment).flatMap((task) =>
    reportArms(experiment).flatMap((arm) => {
      const answers = runsOn(arm, task).flatMap(({ answers: own }) => own?.get(task) ?? []);
      const known = answers.filter(({ probabilities }) => probabilities !== null);
      if (known.length === 0) return [];
      const each = known.map((own) => calibrationOf([own]));
      const { bins } = calibrationOf(known);
      const middle = (pick: (own: Calibration) => number): number => median(each.map(pick));
      const own = { task, arm: arm.name, series: arm.series, seeds: known.length };
      return [{ ...own, bins, error: middle(({ error }) => error), brier: middle(({ brier }) => brier) }];
    }),
  );
}

/** Of all the answers together. An answer that was not finite counts nowhere. */
export function calibrationOf(list: readonly TaskAnswers[]): Calibration {
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ count: 0, confidence: 0, right: 0 }));
  let [squares, count] = [0, 0];
  for (const { task, gold, answers, probabilities } of list) {
    const classes = task.labels.length;
    answers.forEach((answer, index) => {
      const own = probabilities?.subarray(index * classes, (index + 1) * classes) ?? new Float32Array();
      const confidence = own[answer];
      if (confidence === undefined) return;
      // An edge belongs to the bin below it, as numpy's searchsorted has it.
      const bin = bins[Math.max(0, Math.ceil(confidence * CALIBRATION_BINS) - 1)];
      if (bin === undefined) return;
      bin.count += 1;
      bin.confidence += confidence;
      bin.right += answer === gold[index] ? 1 : 0;
      own.forEach((probability, c) => (squares += (probability - (c === gold[index] ? 1 : 0)) ** 2));
      count += 1;
    });
  }
  const filled = bins.filter((bin) => bin.count > 0);
  return {
    bins: filled.map((bin) => ({ count: bin.count, confidence: bin.confidence / bin.count, accuracy: bin.right / bin.count })),
    error: sum(filled.map(({ confidence, right }) => Math.abs(right - confidence))) / count,
    brier: squares / count,
  };
}
