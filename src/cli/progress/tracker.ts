/**
 * Where an experiment stands, derived from its events alone; both displays read it. Speeds count from where this call began, so a run that
 * continues from a checkpoint is not taken for a fast one.
 */
import type { PlannedRunSummary, RunStartedEvent, StepEvent, TrainingEvent } from '../../train/events.js';

interface RunningRun {
  readonly event: RunStartedEvent;
  readonly startedAt: number;
  step: number;
}

export class ProgressTracker {
  /** Runs of the plan; one for a `train` without a plan. */
  runsPlanned = 1;
  /** Those with a model, and those that failed. */
  runsFinished = 0;
  /** By run id, in the order they were started. */
  readonly running = new Map<string, RunningRun>();
  private startedFirst: number | null = null;
  private readonly planned = new Map<string, PlannedRunSummary>();
  /** Training tokens of the runs that this call has ended. */
  private tokensDone = 0;

  /** @param now milliseconds; a test passes its own clock */
  constructor(readonly now: () => number = () => performance.now()) {}

  handle(event: TrainingEvent): void {
    switch (event.kind) {
      case 'experiment-plan':
        this.runsPlanned = event.runs.length;
        this.runsFinished = event.runs.filter((run) => run.finished).length;
        for (const run of event.runs) if (!run.finished) this.planned.set(run.runId, run);
        break;
      case 'run-started':
        this.startedFirst ??= this.now();
        this.running.set(event.runId, { event, startedAt: this.now(), step: event.startStep });
        break;
      case 'step': {
        const run = this.running.get(event.runId);
        if (run !== undefined) run.step = event.step;
        break;
      }
      case 'run-finished':
      case 'run-failed':
        this.tokensDone += this.tokensOf(event.runId);
        this.planned.delete(event.runId);
        this.running.delete(event.runId);
        this.runsFinished += 1;
        break;
      default:
    }
  }

  /** `run 3/11`: the place of the run begun last. */
  get position(): string {
    return `run ${Math.min(this.runsFinished + this.running.size, this.runsPlanned)}/${this.runsPlanned}`;
  }

  /** Seconds until the run is trained, at its mean speed in this call. */
  secondsLeft(event: StepEvent): number {
    const run = this.running.get(event.runId);
    const done = event.step - (run?.event.startStep ?? 0);
    return run === undefined || done <= 0 ? 0 : ((this.now() - run.startedAt) / 1000 / done) * (event.totalSteps - event.step);
  }

  /** Seconds until the whole plan is trained, at the mean token rate of this call; null while none is known. */
  get experimentSecondsLeft(): number | null {
    if (this.startedFirst === null) return null;
    const inWork = [...this.running.keys()].reduce((sum, runId) => sum + this.tokensOf(runId), 0);
    const done = this.tokensDone + inWork;
    const left =
      [...this.planned.values()].reduce((sum, { tokens }) => sum + tokens, 0) -
      [...this.running.keys()].reduce((sum, runId) => sum + this.tokensUpTo(runId), 0);
    return done <= 0 ? null : ((this.now() - this.startedFirst) / 1000 / done) * Math.max(0, left);
  }

  /** Tokens this call has trained a run on, as far as the plan's estimate goes. */
  private tokensOf(runId: string): number {
    const run = this.running.get(runId);
    return run === undefined ? 0 : this.tokensPerStep(run) * (run.step - run.event.startStep);
  }

  private tokensUpTo(runId: string): number {
    const run = this.running.get(runId);
    return run === undefined ? 0 : this.tokensPerStep(run) * run.step;
  }

  private tokensPerStep({ event }: RunningRun): number {
    return (this.planned.get(event.runId)?.tokens ?? 0) / event.totalSteps;
  }
}
