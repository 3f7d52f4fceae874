/**
 * What a display of progress does, and which one a stream gets. Progress goes to stderr always: stdout holds the command's result and
 * nothing else, so that `--json` and pipes stay clean.
 */
import type { OnEvent } from '../../train/events.js';
import { BarDisplay } from './bars.js';
import { LineDisplay } from './lines.js';
import { ProgressTracker } from './tracker.js';

export interface ProgressDisplay {
  readonly handle: OnEvent;
  /** A line of its own, above the bars where there are bars. */
  say(line: string): void;
  /** Leaves the terminal as it was. Idempotent. */
  stop(): void;
}

function createDisplay(stream: NodeJS.WriteStream, tracker = new ProgressTracker()): ProgressDisplay {
  const terminal = stream.isTTY === true && process.env['TERM'] !== 'dumb';
  return terminal ? new BarDisplay(stream, tracker) : new LineDisplay(stream, tracker);
}

/** Runs `work` with a display on stderr and leaves the terminal as it was, whatever happens. */
export async function withDisplay<T>(work: (display: ProgressDisplay) => Promise<T>): Promise<T> {
  const display = createDisplay(process.stderr);
  try {
    return await work(display);
  } finally {
    display.stop();
  }
}
