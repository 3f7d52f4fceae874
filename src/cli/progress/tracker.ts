/**
 * Where an experiment stands, derived from its events alone; both displays read it. Time left is that of the running model: its speed
 * counts from where this call began, so a run that continues from a checkpoint is not taken for a fast one.
 */
import type { RunStartedEvent, StepEvent, TrainingEvent } from '../../train/events.js';

export class ProgressTracker {
  /** Runs of the plan, in order of training; one for a `train` without a plan. */
  runsPlanned = 1;
  runsFinished = 0;
  current: RunStartedEvent | null = null;
  private startedAt = 0;

  /** @param now milliseconds; a test passes its own clock */
  constructor(readonly now: () => number = () => performance.now()) {}

  handle(event: TrainingEvent): void {
    switch (event.kind) {
      case 'experiment-plan':
        this.runsPlanned = event.runs.length;
        this.runsFinished = event.runs.filter((run) => run.finished).length;
        break;
      case 'run-started':
        this.current = event;
        this.startedAt = this.now();
        break;
      case 'run-finished':
        this.current = null;
        this.runsFinished += 1;
        break;
      default:
    }
  }

  /** `run 3/11`. */
  get position(): string {
    const running = this.current === null ? 0 : 1;
    return `run ${Math.min(this.runsFinished + running, this.runsPlanned)}/${this.runsPlanned}`;
  }

  /** Seconds until the running model is trained, at the mean speed of this call. */
  secondsLeft(event: StepEvent): number {
    const done = event.step - (this.current?.startStep ?? 0);
    return done <= 0 ? 0 : ((this.now() - this.startedAt) / 1000 / done) * (event.totalSteps - event.step);
  }
}
