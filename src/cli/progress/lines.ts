/** Progress as plain lines, for logs and pipes: one per event, and one per ten seconds of a running model. */
import type { StepEvent, TrainingEvent } from '../../train/events.js';
import type { ProgressDisplay } from './display.js';
import { formatCount } from '../../util/format.js';
import { sentence, stepFigures } from './sentences.js';
import type { ProgressTracker } from './tracker.js';

const STEP_LINE_INTERVAL_MS = 10_000;

export class LineDisplay implements ProgressDisplay {
  /** By run: when it last had a line. */
  private readonly lastLines = new Map<string, number>();

  constructor(
    private readonly stream: NodeJS.WritableStream,
    private readonly tracker: ProgressTracker,
  ) {}

  readonly handle = (event: TrainingEvent): void => {
    this.tracker.handle(event);
    if (event.kind === 'run-started') this.lastLines.set(event.runId, this.tracker.now());
    if (event.kind === 'step') this.handleStep(event);
    const line = sentence(event, this.tracker);
    if (line !== null) this.say(line);
  };

  say(line: string): void {
    this.stream.write(`${line}\n`);
  }

  stop(): void {}

  private handleStep(event: StepEvent): void {
    if (this.tracker.now() - (this.lastLines.get(event.runId) ?? 0) < STEP_LINE_INTERVAL_MS) return;
    this.lastLines.set(event.runId, this.tracker.now());
    const steps = `step ${formatCount(event.step)}/${formatCount(event.totalSteps)}`;
    this.say(`${event.runId}: ${steps} | ${stepFigures(event, this.tracker)}`);
  }
}
