/**
 * Progress in a terminal: one bar for the experiment, one for each running model; before them one for the split being tokenised.
 * cli-progress draws them; it is told not to listen for signals, since the first Ctrl-C here is a request to stop gracefully and the bars
 * stay until then.
 */
import cliProgress, { MultiBar, Presets, type GenericFormatter, type SingleBar } from 'cli-progress';
import type { PreparingEvent, RunStartedEvent, StepEvent, TrainingEvent } from '../../train/events.js';
import type { ProgressDisplay } from './display.js';
import { formatDuration } from '../../util/format.js';
import { preparingText, sentence, stepFigures } from './sentences.js';
import type { ProgressTracker } from './tracker.js';

/**
 * Around a line that goes above the bars: cli-progress has switched the terminal's wrapping off, which would cut a long message, and
 * clears only the first of the rows that such lines replace.
 */
const WRAPPING_ON = '\u001B[?7h';
const WRAPPING_OFF = '\u001B[?7l';
const ERASE_REST_OF_ROW = '\u001B[K';

const BAR_WIDTH = 24;
const EXPERIMENT_FORMAT = '{bar} {value}/{total} models | {duration_formatted}{left}';
const PREPARING_FORMAT = '{bar} {percentage}% {text}';
const RUN_FORMAT = '{bar} {value}/{total} {run} | {figures}';

export class BarDisplay implements ProgressDisplay {
  private readonly bars: MultiBar;
  /** Of the split that is being tokenised, before there are others. */
  private preparing: { readonly bars: MultiBar; readonly bar: SingleBar } | null = null;
  private experimentBar: SingleBar | null = null;
  /** By run. */
  private readonly runBars = new Map<string, SingleBar>();
  /** Of runs that have ended; the next run takes one over. */
  private readonly idleBars: SingleBar[] = [];

  constructor(
    private readonly stream: NodeJS.WritableStream,
    private readonly tracker: ProgressTracker,
  ) {
    this.bars = makeBars(stream);
    process.once('exit', this.stop);
  }

  readonly handle = (event: TrainingEvent): void => {
    this.tracker.handle(event);
    if (event.kind === 'preparing') this.showPreparing(event);
    if (event.kind === 'prepared') this.endPreparing();
    const line = sentence(event, this.tracker);
    if (line !== null && event.kind !== 'run-started') this.say(line);
    if (event.kind === 'experiment-plan') this.startExperiment();
    if (event.kind === 'run-started') this.startRun(event);
    if (event.kind === 'step') this.showStep(event);
    if (event.kind === 'run-finished' || event.kind === 'run-failed') this.endRun(event.runId);
  };

  say(line: string): void {
    const bars = this.preparing?.bars ?? this.bars;
    if (!bars.isActive) this.stream.write(`${line}\n`);
    else bars.log(`${WRAPPING_ON}${line.replaceAll('\n', `${ERASE_REST_OF_ROW}\n`)}${ERASE_REST_OF_ROW}${WRAPPING_OFF}\n`);
  }

  readonly stop = (): void => {
    process.removeListener('exit', this.stop);
    this.endPreparing();
    if (!this.bars.isActive) return;
    this.bars.update(); // writes what `log` has kept; stop() alone would drop it
    this.bars.stop();
  };

  /** Cut at the terminal's width: one that does not wrap would draw the end of a longer line over its last column. */
  private cut(format: string): GenericFormatter {
    return (options, params, payload: object) => {
      const line = cliProgress.Format.Formatter({ ...options, format }, params, payload);
      return line.slice(0, (this.stream as Partial<NodeJS.WriteStream>).columns);
    };
  }

  private showPreparing(event: PreparingEvent): void {
    const payload = { text: preparingText(event) };
    if (this.preparing === null) {
      const bars = makeBars(this.stream);
      this.preparing = { bars, bar: bars.create(100, 0, payload, { format: this.cut(PREPARING_FORMAT) }) };
    }
    this.preparing.bar.update(Math.floor(100 * event.fraction), payload);
  }

  private endPreparing(): void {
    this.preparing?.bars.update();
    this.preparing?.bars.stop();
    this.preparing = null;
  }

  private startExperiment(): void {
    const { runsFinished, runsPlanned } = this.tracker;
    this.experimentBar = this.bars.create(runsPlanned, runsFinished, { left: '' }, { format: this.cut(EXPERIMENT_FORMAT) });
  }

  private startRun({ runId, totalSteps, startStep }: RunStartedEvent): void {
    const payload = { run: runId, figures: 'starting' };
    const bar = this.idleBars.pop() ?? this.bars.create(totalSteps, startStep, payload, { format: this.cut(RUN_FORMAT) });
    bar.setTotal(totalSteps);
    bar.update(startStep, payload);
    this.runBars.set(runId, bar);
  }

  private showStep(event: StepEvent): void {
    this.runBars.get(event.runId)?.update(event.step, { run: event.runId, figures: stepFigures(event, this.tracker) });
    this.showExperiment();
  }

  private endRun(runId: string): void {
    const bar = this.runBars.get(runId);
    if (bar !== undefined) this.idleBars.push(bar);
    this.runBars.delete(runId);
    this.showExperiment();
  }

  private showExperiment(): void {
    const seconds = this.tracker.experimentSecondsLeft;
    this.experimentBar?.update(this.tracker.runsFinished, { left: seconds === null ? '' : ` | ${formatDuration(seconds)} left` });
  }
}

function makeBars(stream: NodeJS.WritableStream): MultiBar {
  return new MultiBar(
    {
      stream,
      barsize: BAR_WIDTH,
      fps: 5,
      hideCursor: true,
      linewrap: false,
      clearOnComplete: true,
      gracefulExit: false,
      forceRedraw: true, // a bar that has not changed is drawn again all the same where a line has pushed it down
    },
    Presets.shades_classic,
  );
}
