/**
 * How a run's training went, from its logs: totals, and a few dozen points along the way. They are streamed and binned, because
 * BERT's own runs have tens of thousands of steps, and a figure has some hundred pixels.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_FILES, type StepLogEntry, type TimingLogEntry } from '../../train/run-log.js';
import { logEntries } from './log-entries.js';

/** Points along a training; fewer where it has fewer steps. */
const POINTS = 40;

export interface CoursePoint {
  /** The last step of those that the point stands for. */
  readonly step: number;
  /** Of that step; null without teachers. */
  readonly lambda: number | null;
  /** Of that step. */
  readonly learningRate: number;
  /** By task: examples drawn since the point before, and the mean of their unweighted losses. */
  readonly tasks: Readonly<Record<string, { readonly count: number; readonly loss: number }>>;
}

export interface TrainingCourse {
  readonly steps: number;
  readonly tokens: number;
  readonly examples: number;
  /** Inside native compute, whichever call computed them; null where the run kept no times. */
  readonly seconds: number | null;
  readonly points: readonly CoursePoint[];
}

/**
 * Null where the run has no log.
 * @param totalSteps of the whole training
 * @throws BornAgainError ERR_OUTPUT_FOLDER naming the line that is malformed
 */
export async function readTrainingCourse(runFolder: string, totalSteps: number): Promise<TrainingCourse | null> {
  const file = join(runFolder, LOG_FILES.steps);
  if (!existsSync(file)) return null;
  const bins = new Bins(totalSteps);
  for await (const entry of logEntries<StepLogEntry>(file)) bins.add(entry);
  return { ...bins.course(), seconds: await computeSeconds(join(runFolder, LOG_FILES.timings)) };
}

async function computeSeconds(file: string): Promise<number | null> {
  if (!existsSync(file)) return null;
  let sum = 0;
  for await (const { seconds } of logEntries<TimingLogEntry>(file)) sum += seconds;
  return sum;
}

interface OpenPoint {
  last: StepLogEntry;
  readonly sums: Map<string, { count: number; loss: number }>;
}

class Bins {
  private readonly open: OpenPoint[] = [];
  private readonly stepsPerPoint: number;
  private readonly totals = { steps: 0, tokens: 0, examples: 0 };

  constructor(totalSteps: number) {
    this.stepsPerPoint = Math.max(1, totalSteps / POINTS);
  }

  add(entry: StepLogEntry): void {
    const bin = Math.floor((entry.step - 1) / this.stepsPerPoint);
    const point = (this.open[bin] ??= { last: entry, sums: new Map() });
    point.last = entry;
    this.totals.steps += 1;
    this.totals.tokens += entry.tokens;
    for (const [task, { count, loss }] of Object.entries(entry.tasks)) {
      const sum = point.sums.get(task) ?? { count: 0, loss: 0 };
      point.sums.set(task, { count: sum.count + count, loss: sum.loss + count * loss });
      this.totals.examples += count;
    }
  }

  course(): Omit<TrainingCourse, 'seconds'> {
    const points = this.open.filter((point) => point !== undefined).map(closed);
    return { ...this.totals, points };
  }
}

function closed({ last, sums }: OpenPoint): CoursePoint {
  const { step, lambda, learningRate } = last;
  const tasks = [...sums].map(([task, { count, loss }]) => [task, { count, loss: loss / count }] as const);
  return { step, lambda, learningRate, tasks: Object.fromEntries(tasks) };
}
