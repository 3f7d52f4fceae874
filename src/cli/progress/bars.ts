/**
 * Progress in a terminal: one bar for the experiment, one for the running model. cli-progress draws them; it is told not to listen for
 * signals, since the first Ctrl-C here is a request to stop gracefully and the bars stay until then.
 */
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { RunStartedEvent, StepEvent, TrainingEvent } from '../../train/events.js';
import type { ProgressDisplay } from './display.js';
import { sentence, stepFigures } from './sentences.js';
import type { ProgressTracker } from './tracker.js';

const BAR_WIDTH = 24;
const EXPERIMENT_FORMAT = '{bar} {value}/{total} models | {duration_formatted}';
const RUN_FORMAT = '{bar} {value}/{total} {run} | {figures}';

export class BarDisplay implements ProgressDisplay {
  private readonly bars: MultiBar;
  private experimentBar: SingleBar | null = null;
  private runBar: SingleBar | null = null;

  constructor(
    private readonly stream: NodeJS.WritableStream,
    private readonly tracker: ProgressTracker,
  ) {
    const options = { stream, barsize: BAR_WIDTH, hideCursor: true, clearOnComplete: true, gracefulExit: false, fps: 5 };
    this.bars = new MultiBar(options, Presets.shades_classic);
    process.once('exit', this.stop);
  }

  readonly handle = (event: TrainingEvent): void => {
    this.tracker.handle(event);
    const line = sentence(event, this.tracker);
    if (line !== null && event.kind !== 'run-started') this.say(line);
    if (event.kind === 'experiment-plan') this.startExperiment();
    if (event.kind === 'run-started') this.startRun(event);
    if (event.kind === 'step') this.showStep(event);
    if (event.kind === 'run-finished') this.experimentBar?.update(this.tracker.runsFinished);
  };

  say(line: string): void {
    if (this.bars.isActive) this.bars.log(`${line}\n`);
    else this.stream.write(`${line}\n`);
  }

  readonly stop = (): void => {
    process.removeListener('exit', this.stop);
    if (!this.bars.isActive) return;
    this.bars.update(); // writes what `log` has kept; stop() alone would drop it
    this.bars.stop();
  };

  private startExperiment(): void {
    const { runsFinished, runsPlanned } = this.tracker;
    this.experimentBar = this.bars.create(runsPlanned, runsFinished, {}, { format: EXPERIMENT_FORMAT });
  }

  private startRun(event: RunStartedEvent): void {
    const payload = { run: event.runId, figures: 'starting' };
    this.runBar ??= this.bars.create(event.totalSteps, event.startStep, payload, { format: RUN_FORMAT });
    this.runBar.setTotal(event.totalSteps);
    this.runBar.update(event.startStep, payload);
  }

  private showStep(event: StepEvent): void {
    this.runBar?.update(event.step, { run: event.runId, figures: stepFigures(event, this.tracker) });
  }
}
