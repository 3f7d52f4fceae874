/**
 * What training, evaluation and experiments tell their caller while they work: one union, told apart by `kind`. Progress bars, plain
 * lines and `--json` output are made from it in src/cli; nothing in here prints. A run's id is its folder below `OUT/runs`, with `/`.
 */
import type { MetricName } from '../metrics/types.js';
import type { SplitName } from '../tasks/types.js';
import { BornAgainError } from '../util/errors.js';

export type MetricScores = Partial<Record<MetricName, number>>;
/** Scores by task name. */
export type TaskScores = Record<string, MetricScores>;

/** A split is being tokenised; not sent where the cache has it. */
export interface PreparingEvent {
  readonly kind: 'preparing';
  readonly task: string;
  readonly split: SplitName;
  /** Sequences so far. */
  readonly rows: number;
  /** Of the split, from 0 to 1. */
  readonly fraction: number;
}

/** One tokenised split is ready. */
export interface PreparedEvent {
  readonly kind: 'prepared';
  readonly task: string;
  readonly split: SplitName;
  readonly size: number;
  readonly tokens: number;
  readonly seconds: number;
}

export interface PlannedRunSummary {
  readonly runId: string;
  readonly arm: string;
  readonly tasks: readonly string[];
  readonly seed: number;
  readonly steps: number;
  /** Tokens it will be trained on, as expected from the sets' sizes and lengths. */
  readonly tokens: number;
  /** The run's result is already there from an earlier call: it is not trained again. */
  readonly finished: boolean;
}

/** Sent once, before the first run: every run of the experiment in the order of training. */
export interface ExperimentPlanEvent {
  readonly kind: 'experiment-plan';
  readonly runs: readonly PlannedRunSummary[];
}

export interface RunStartedEvent {
  readonly kind: 'run-started';
  readonly runId: string;
  readonly arm: string;
  readonly tasks: readonly string[];
  readonly seed: number;
  readonly totalSteps: number;
  /** Steps already done by an earlier call; 0 unless the run continues from a checkpoint. */
  readonly startStep: number;
}

export interface StepEvent {
  readonly kind: 'step';
  readonly runId: string;
  /** Steps finished, this one included: 1 … totalSteps. */
  readonly step: number;
  readonly totalSteps: number;
  /** Weighted loss of the batch, as the optimizer saw it. */
  readonly loss: number;
  /** Weight of the gold label in the target; null when the model is not distilled. */
  readonly lambda: number | null;
  readonly learningRate: number;
  /** Real tokens of this step. */
  readonly tokens: number;
  /** Real tokens per second of wall time over the last steps. */
  readonly tokensPerSecond: number;
}

export interface EvaluatedEvent {
  readonly kind: 'evaluated';
  readonly runId: string;
  readonly split: SplitName;
  readonly tasks: TaskScores;
  /** By task, the metric that stands for it. */
  readonly mainMetrics: Readonly<Record<string, MetricName>>;
  /** The model's, by `report.average` (`modelAverage`); null where it has none, and for a split other than dev. */
  readonly average: number | null;
}

/** A model in training was scored on dev, to decide which one is kept or whether to stop. */
export interface SelectionEvent {
  readonly kind: 'selection';
  readonly runId: string;
  /** Steps finished. */
  readonly step: number;
  /** By `selection.metric`. */
  readonly score: number;
  readonly tasks: TaskScores;
  readonly best: { readonly step: number; readonly score: number };
  /** The training stops here, for want of a better score. */
  readonly stops: boolean;
}

export interface RunFinishedEvent {
  readonly kind: 'run-finished';
  readonly runId: string;
  /** Wall seconds of this call. */
  readonly seconds: number;
  /** The model's folder. */
  readonly model: string;
}

/** A run failed, or was not begun because one that it needs did; the others go on. */
export interface RunFailedEvent {
  readonly kind: 'run-failed';
  readonly runId: string;
  readonly message: string;
  /** The run that failed first, where this one was not begun; null where this one failed. */
  readonly after: string | null;
}

/** Something the user should know that is no error: truncated examples, skipped rows, a score that is not defined. */
export interface NoticeEvent {
  readonly kind: 'notice';
  readonly level: 'info' | 'warning';
  readonly message: string;
  readonly runId?: string;
}

export type TrainingEvent =
  | PreparingEvent
  | PreparedEvent
  | ExperimentPlanEvent
  | RunStartedEvent
  | StepEvent
  | SelectionEvent
  | EvaluatedEvent
  | RunFinishedEvent
  | RunFailedEvent
  | NoticeEvent;

export type OnEvent = (event: TrainingEvent) => void;

/** Before anything is done, for JavaScript, which may leave it out. Throws ERR_INVALID_ARGUMENT. */
export function requireListener(onEvent: OnEvent): void {
  if (typeof (onEvent as unknown) === 'function') return;
  throw new BornAgainError(
    'ERR_INVALID_ARGUMENT',
    'options.onEvent must be a function that is told of every event; () => {} listens to none',
  );
}
