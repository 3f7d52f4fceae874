/** An experiment as it is seen from outside, by another process that reads its folder. Plain values: it travels as JSON. */
import type { TaskScores } from '../../train/events.js';
import type { RunPlan } from '../plan-file.js';
import type { ArmSummary } from '../summary.js';

/**
 * `absent`: there is no experiment yet. `preparing`: a process reads data, and what it will train is not known yet. `stopped`: nobody works
 * on it, and not all is done. `ended`: every run is finished or has failed.
 */
export type Phase = 'absent' | 'preparing' | 'running' | 'stopped' | 'ended';

/** A point of a learning curve: the step, and the mean loss of the steps since the point before. */
export type CurvePoint = readonly [step: number, loss: number];

export interface RunningRun extends RunPlan {
  /** Steps finished. */
  readonly step: number;
  readonly loss: number | null;
  readonly lambda: number | null;
  readonly learningRate: number | null;
  readonly tokensPerSecond: number | null;
  readonly curve: readonly CurvePoint[];
}

export interface FinishedRun extends RunPlan {
  readonly scores: TaskScores;
  readonly average: number | null;
  readonly seconds: number;
}

export interface FailedRun extends RunPlan {
  readonly message: string;
  /** The failed run it needed; null where it failed itself. */
  readonly after: string | null;
}

export interface ExperimentState {
  /** As the one who looks on has named it. */
  readonly folder: string;
  readonly phase: Phase;
  /** Of the process at work; null where there is none. */
  readonly pid: number | null;
  readonly planned: number;
  readonly running: readonly RunningRun[];
  readonly finished: readonly FinishedRun[];
  readonly failed: readonly FailedRun[];
  /** Until all is trained, at the rate measured last; null while none is known. */
  readonly secondsLeft: number | null;
  /** Of the runs that are finished with every task. */
  readonly summary: readonly ArmSummary[];
  /** What of it counts in the average: names of tasks, and `<task>-mm` for a mismatched set. */
  readonly averaged: readonly string[];
}
