/**
 * What a run leaves behind about its training, in its folder: `steps.jsonl` and `evaluations.jsonl`, whose bytes depend on nothing but the
 * run's settings; `timings.jsonl`, which is apart because no two runs have the same; and TensorBoard's event files.
 */
import { join } from 'node:path';
import type { SplitName } from '../tasks/types.js';
import { removeFile } from '../util/remove-file.js';
import type { TaskScores } from './events.js';
import { JsonLinesLog, type LogEntry } from './json-lines-log.js';
import { EventFiles, removeEventFiles } from './tensorboard/event-files.js';
import { evaluationScalars, stepScalars } from './tensorboard/scalars.js';

export interface StepLogTask {
  /** Examples of the task in the batch. */
  readonly count: number;
  /** Mean of their unweighted losses. */
  readonly loss: number;
}

/** A line of `steps.jsonl`. */
export interface StepLogEntry extends LogEntry {
  readonly loss: number;
  readonly lambda: number | null;
  readonly learningRate: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  readonly tokens: number;
  /** By task; only those in the batch. */
  readonly tasks: Readonly<Record<string, StepLogTask>>;
}

/** A line of `timings.jsonl`. */
export interface TimingLogEntry extends LogEntry {
  /** Inside native compute. */
  readonly seconds: number;
  /** Real tokens per second of wall time over the last steps. */
  readonly tokensPerSecond: number;
}

/** A line of `evaluations.jsonl`: the scores of one split after a step; of the model that is kept, which need not be that of the last step. */
export interface EvaluationLogEntry extends LogEntry {
  readonly split: SplitName;
  readonly tasks: TaskScores;
  /** As the `evaluated` event has it. */
  readonly average: number | null;
}

/** A line of `selection.jsonl`: the model on dev after a step. */
export interface SelectionLogEntry extends LogEntry {
  /** What models are chosen by. */
  readonly score: number;
  readonly tasks: TaskScores;
}

export interface RunLogOptions {
  /** Whether event files are written. */
  readonly tensorboard: boolean;
  /** What the run is, in Markdown, for TensorBoard. */
  readonly introduction: string;
}

interface OpenLogs {
  readonly steps: JsonLinesLog<StepLogEntry>;
  readonly timings: JsonLinesLog<TimingLogEntry>;
  readonly evaluations: JsonLinesLog<EvaluationLogEntry>;
  readonly events: EventFiles | null;
}

/** Names of the logs in a run's folder, event files apart. */
export const LOG_FILES = {
  steps: 'steps.jsonl',
  timings: 'timings.jsonl',
  evaluations: 'evaluations.jsonl',
  selection: 'selection.jsonl',
} as const;

/** For a run that starts anew. Throws ERR_IO. */
export async function removeLogs(folder: string): Promise<void> {
  for (const name of Object.values(LOG_FILES)) await removeFile(join(folder, name));
  await removeEventFiles(folder);
}

export class RunLog {
  #open: OpenLogs | null = null;

  constructor(
    readonly folder: string,
    private readonly options: RunLogOptions,
  ) {}

  /** Opens the logs for going on after `finishedSteps`; 0 starts new ones. Call it before anything else, once. Throws ERR_IO. */
  async open(finishedSteps: number): Promise<void> {
    const { tensorboard, introduction } = this.options;
    const opened: { close(): void }[] = [];
    const lines = async <Entry extends LogEntry>(file: string): Promise<JsonLinesLog<Entry>> => {
      const log = await JsonLinesLog.open<Entry>(join(this.folder, file), finishedSteps);
      opened.push(log);
      return log;
    };
    try {
      this.#open = {
        steps: await lines<StepLogEntry>(LOG_FILES.steps),
        timings: await lines<TimingLogEntry>(LOG_FILES.timings),
        evaluations: await lines<EvaluationLogEntry>(LOG_FILES.evaluations),
        events: tensorboard ? await EventFiles.open(this.folder, finishedSteps, introduction) : null,
      };
    } catch (error) {
      for (const log of opened) log.close();
      throw error;
    }
  }

  /** Throws ERR_IO, for instance when the disk is full. */
  step(entry: StepLogEntry, timing: Omit<TimingLogEntry, 'step'>): void {
    const { steps, timings, events } = this.logs;
    steps.append(entry);
    timings.append({ step: entry.step, ...timing });
    events?.addScalars(entry.step, stepScalars(entry, timing));
  }

  /** Scores are written once, also where a call that goes on from that step or a later one computes them again. Throws ERR_IO. */
  evaluation(entry: EvaluationLogEntry): void {
    const { evaluations, events } = this.logs;
    evaluations.appendOnce(entry);
    events?.addScalarsOnce(entry.step, evaluationScalars(entry));
  }

  /** Before a checkpoint: the logs are then on the disk up to its step. */
  flush(): void {
    for (const log of Object.values(this.logs)) (log as OpenLogs[keyof OpenLogs])?.flush();
  }

  /** Idempotent. */
  close(): void {
    for (const log of Object.values(this.#open ?? {})) (log as OpenLogs[keyof OpenLogs])?.close();
    this.#open = null;
  }

  private get logs(): OpenLogs {
    if (this.#open === null) throw new RangeError(`the logs of ${this.folder} are not open`);
    return this.#open;
  }
}
