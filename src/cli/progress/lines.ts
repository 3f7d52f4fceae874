/** Progress as plain lines, for logs and pipes: one per event, and one per ten seconds of a running model or of a split being tokenised. */
import type { PreparingEvent, StepEvent, TrainingEvent } from '../../train/events.js';
import type { ProgressDisplay } from './display.js';
import { formatCount } from '../../util/format.js';
import { preparingText, sentence, stepFigures } from './sentences.js';
import type { ProgressTracker } from './tracker.js';

const LINE_INTERVAL_MS = 10_000;

export class LineDisplay implements ProgressDisplay {
  /** By run, or split being tokenised: when it last had a line. */
  private readonly lastLines = new Map<string, number>();

  constructor(
    private readonly stream: NodeJS.WritableStream,
    private readonly tracker: ProgressTracker,
  ) {}

  readonly handle = (event: TrainingEvent): void => {
    this.tracker.handle(event);
    if (event.kind === 'run-started') this.lastLines.set(event.runId, this.tracker.now());
    if (event.kind === 'step') this.handleStep(event);
    if (event.kind === 'preparing') this.handlePreparing(event);
    const line = sentence(event, this.tracker);
    if (line !== null) this.say(line);
  };

  say(line: string): void {
    this.stream.write(`${line}\n`);
  }

  stop(): void {}

  private handleStep(event: StepEvent): void {
    if (!this.isDue(event.runId)) return;
    const steps = `step ${formatCount(event.step)}/${formatCount(event.totalSteps)}`;
    this.say(`${event.runId}: ${steps} | ${stepFigures(event, this.tracker)}`);
  }

  private handlePreparing(event: PreparingEvent): void {
    const name = `${event.task}.${event.split}`;
    if (!this.lastLines.has(name)) this.lastLines.set(name, this.tracker.now());
    if (this.isDue(name)) this.say(`${preparingText(event)}, ${Math.floor(100 * event.fraction)} %`);
  }

  private isDue(name: string): boolean {
    if (this.tracker.now() - (this.lastLines.get(name) ?? 0) < LINE_INTERVAL_MS) return false;
    this.lastLines.set(name, this.tracker.now());
    return true;
  }
}
