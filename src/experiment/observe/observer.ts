/**
 * Looks at an experiment's folder from outside, again and again, and tells how far it is. Nothing is written, and nothing is read that a
 * link would lead to outside the folder.
 */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LOG_FILES, type TimingLogEntry } from '../../train/run-log.js';
import { BornAgainError } from '../../util/errors.js';
import { resolveInside } from '../../util/inside-folder.js';
import type { Config } from '../../config/schema.js';
import { averagedTasks, type AverageName } from '../../metrics/index.js';
import { taskRegistry, type TaskRegistry } from '../../tasks/index.js';
import { planRuns, type PlannedRun } from '../arms.js';
import { findCurrentRecords } from '../current-records.js';
import { lockState, type LockState } from '../lock.js';
import { readExperimentFile } from '../output-folder.js';
import { PLAN_FILE, readPlan, type RunPlan } from '../plan-file.js';
import type { ExperimentResults, RunFailure } from '../results.js';
import { readCurrentRecord, readOutputJson, type RunRecord } from '../run-record.js';
import { runFolder } from '../sources.js';
import type { ExperimentState, FailedRun, FinishedRun, Phase, RunningRun } from './state.js';
import { StepTail } from './step-tail.js';
import { ifThere, namesIn } from '../../util/if-there.js';

/** What is read of results.json; its writer is this program. */
const resultsSchema = z.looseObject({ summary: z.array(z.looseObject({})), failures: z.array(z.looseObject({})) });
type Results = Pick<ExperimentResults, 'summary' | 'failures'>;

/** Of a log's end: more than a line. */
const TAIL_BYTES = 1024;

interface Seen<T> {
  readonly modified: number;
  readonly value: T;
}

/** What experiment.json says is to be trained. */
interface Experiment {
  readonly plan: readonly PlannedRun[];
  readonly registry: TaskRegistry;
  readonly average: AverageName;
}

export class ExperimentObserver {
  private readonly records = new Map<string, Seen<RunRecord | null>>();
  private readonly tails = new Map<string, StepTail>();
  private experiment: Seen<Experiment | null> = { modified: 0, value: null };
  private results: Seen<Results | null> = { modified: 0, value: null };
  /** Tokens per second of all running runs together, when it was last known. */
  private rate: number | null = null;

  constructor(readonly outDir: string) {}

  /**
   * @throws BornAgainError ERR_USAGE where the folder is something else than an experiment's, ERR_OUTPUT_FOLDER where a file of it is
   *   malformed or leads outside, ERR_IO
   */
  async read(): Promise<ExperimentState> {
    const lock = await this.lock();
    const plan = await this.readPlan();
    const experiment = await this.readExperiment();
    if (plan === null || experiment === null) return this.unplanned(lock);
    await this.readResults();
    // A call that has just begun has not said yet what it will train; what an earlier one said still holds for what is finished.
    const current = lock === null || plan.modified >= lock.since;
    const finished: FinishedRun[] = [];
    const rest: RunPlan[] = [];
    const records = await findCurrentRecords(this.outDir, experiment.plan, experiment.registry, (id) => this.record(id));
    for (const run of plan.value) {
      const record = records.get(run.runId);
      if (record === undefined) rest.push(run);
      else finished.push({ ...run, scores: record.scores, average: record.average, seconds: record.seconds });
    }
    const failed = this.failedRuns(rest, lock);
    const running = lock === null || !current ? [] : await this.runningRuns(rest, lock);
    const done = finished.length + failed.length === plan.value.length;
    const phase: Phase = lock === null ? (done ? 'ended' : 'stopped') : current ? 'running' : 'preparing';
    const summary = this.summary(plan.value, rest);
    const unfailed = rest.filter(({ runId }) => !failed.some((run) => run.runId === runId));
    return {
      ...{ folder: this.outDir, phase, pid: lock?.pid ?? null, planned: plan.value.length },
      ...{
        running,
        finished,
        failed,
        secondsLeft: this.secondsLeft(unfailed, running),
        summary,
        averaged: averagedNames(summary, experiment),
      },
    };
  }

  private async lock(): Promise<LockState | null> {
    await resolveInside(this.outDir, 'lock.json');
    return lockState(this.outDir);
  }

  private async readPlan(): Promise<Seen<readonly RunPlan[]> | null> {
    const path = await resolveInside(this.outDir, PLAN_FILE);
    if (path === null) return null;
    const modified = await modifiedAt(path);
    const value = await readPlan(path);
    return value === null ? null : { modified, value };
  }

  /** Only an empty folder, one that is locked, or one that says it is an experiment's may still become one. */
  private async unplanned(lock: LockState | null): Promise<ExperimentState> {
    // A lock that is just being taken is no content, nor is a file that is not whole yet.
    const names = (await namesIn(this.outDir)).filter((name) => !name.startsWith('lock.json') && !name.startsWith('.'));
    const begun = names.includes('experiment.json') || names.includes(PLAN_FILE);
    if (lock === null && !begun && names.length > 0) {
      const what = names.includes('run.json') ? "holds a single model of 'bornagain train'" : 'holds no experiment';
      const message = `${this.outDir} ${what}. Name the folder that 'bornagain run --out' was given`;
      throw new BornAgainError('ERR_USAGE', message, { outDir: this.outDir });
    }
    const phase = lock !== null ? 'preparing' : begun ? 'stopped' : 'absent';
    const nothing = { planned: 0, running: [], finished: [], failed: [], secondsLeft: null, summary: [], averaged: [] };
    return { folder: this.outDir, phase, pid: lock?.pid ?? null, ...nothing };
  }

  private async readResults(): Promise<void> {
    const path = await resolveInside(this.outDir, 'results.json');
    if (path === null) return;
    const modified = await modifiedAt(path);
    if (modified === this.results.modified) return;
    this.results = { modified, value: (await readOutputJson(path, resultsSchema)) as Results | null };
  }

  private async readExperiment(): Promise<Experiment | null> {
    const path = await resolveInside(this.outDir, 'experiment.json');
    if (path === null) return null;
    const modified = await modifiedAt(path);
    if (modified !== this.experiment.modified) {
      const config = (await readExperimentFile(this.outDir))?.config;
      this.experiment = { modified, value: config === undefined ? null : experimentOf(config) };
    }
    return this.experiment.value;
  }

  /** Without arms of which no seed is finished: what an earlier call wrote of their models, which are trained anew, is not of this plan. */
  private summary(plan: readonly RunPlan[], rest: readonly RunPlan[]): Results['summary'] {
    const seedOf = ({ arm, seed }: RunPlan): string => `${arm}/${seed}`;
    const open = new Set(rest.map(seedOf));
    const complete = new Set(plan.filter((run) => !open.has(seedOf(run))).map(({ arm }) => arm));
    return (this.results.value?.summary ?? []).filter(({ arm }) => complete.has(arm));
  }

  /** Read again only when the files have changed. */
  private async record(runId: string): Promise<RunRecord | null> {
    const folder = await this.folderOf(runId);
    const path = folder === null ? null : await resolveInside(folder, 'result.json');
    if (folder === null || path === null) return null;
    const modified = Math.max(await modifiedAt(path), await modifiedAt(join(folder, 'run.json')));
    const seen = this.records.get(runId);
    if (seen?.modified === modified) return seen.value;
    const value = await readCurrentRecord(folder);
    this.records.set(runId, { modified, value });
    return value;
  }

  /** Failures of an earlier call are forgotten when another begins: it tries those runs again. */
  private failedRuns(rest: readonly RunPlan[], lock: LockState | null): FailedRun[] {
    if (lock !== null && this.results.modified < lock.since) return [];
    const failures = new Map(this.results.value?.failures.map((failure: RunFailure) => [failure.runId, failure]));
    return rest.flatMap((run) => {
      const failure = failures.get(run.runId);
      return failure === undefined ? [] : [{ ...run, message: failure.message, after: failure.after }];
    });
  }

  /** Those that this call has begun and not ended. */
  private async runningRuns(rest: readonly RunPlan[], lock: LockState): Promise<RunningRun[]> {
    const failed = new Set(this.failedRuns(rest, lock).map(({ runId }) => runId));
    const running: RunningRun[] = [];
    for (const run of rest) {
      const folder = failed.has(run.runId) ? null : await this.folderOf(run.runId);
      const start = folder === null ? null : await resolveInside(folder, 'run.json');
      if (folder !== null && start !== null && (await modifiedAt(start)) >= lock.since) running.push(await this.look(run, folder));
    }
    for (const runId of this.tails.keys()) if (!running.some((run) => run.runId === runId)) this.tails.delete(runId);
    return running;
  }

  private async look(run: RunPlan, folder: string): Promise<RunningRun> {
    const log = (await resolveInside(folder, LOG_FILES.steps)) ?? join(folder, LOG_FILES.steps);
    const tail = this.tails.get(run.runId) ?? new StepTail(log);
    this.tails.set(run.runId, tail);
    await tail.update();
    const timings = await resolveInside(folder, LOG_FILES.timings);
    const timing = timings === null ? null : await lastEntry<TimingLogEntry>(timings);
    const { step = 0, loss = null, lambda = null, learningRate = null } = tail.last ?? {};
    return { ...run, step, loss, lambda, learningRate, tokensPerSecond: timing?.tokensPerSecond ?? null, curve: tail.curve };
  }

  private secondsLeft(rest: readonly RunPlan[], running: readonly RunningRun[]): number | null {
    const rates = running.map(({ tokensPerSecond }) => tokensPerSecond).filter((rate) => rate !== null);
    if (rates.length > 0) this.rate = rates.reduce((sum, rate) => sum + rate, 0);
    const left = rest.reduce((sum, { tokens }) => sum + tokens, 0);
    const done = running.reduce((sum, { tokens, step, steps }) => sum + (tokens * step) / steps, 0);
    return this.rate === null || this.rate === 0 ? null : (left - done) / this.rate;
  }

  private folderOf(runId: string): Promise<string | null> {
    return resolveInside(this.outDir, runFolder('', runId));
  }
}

function experimentOf(config: Config): Experiment {
  return { plan: planRuns(config), registry: taskRegistry(config), average: config.report.average };
}

function averagedNames(summary: Results['summary'], { registry, average }: Experiment): string[] {
  const has = (set: 'tasks' | 'mismatched', task: string): boolean => summary.some((arm) => task in arm[set]);
  const counted = averagedTasks(
    registry.all.filter(({ name }) => has('tasks', name)),
    average,
  ).map(({ name }) => name);
  return average === 'glue' ? counted.flatMap((name) => (has('mismatched', name) ? [name, `${name}-mm`] : [name])) : counted;
}

/** Milliseconds since 1970; 0 where the file is gone. */
async function modifiedAt(path: string): Promise<number> {
  return (await ifThere(path, () => stat(path)))?.mtimeMs ?? 0;
}

/** Of a JSON Lines file of short lines; null where it has no whole one, or where a run begun anew has just removed it. */
async function lastEntry<Entry>(path: string): Promise<Entry | null> {
  return ifThere(path, async () => {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, size - bytes.length);
      const line = bytes.subarray(0, bytesRead).toString('utf8').split('\n').at(-2);
      return line === undefined ? null : (JSON.parse(line) as Entry);
    } finally {
      await handle.close();
    }
  });
}
