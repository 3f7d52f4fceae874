/**
 * `bornagain run`: every arm, task and seed. OUT is the experiment's memory: finished runs are not trained again, an interrupted one goes
 * on from its checkpoint, and results.json is written anew after each arm's seed and when the call ends, also by Ctrl-C. OUT holds experiment.json, plan.json, results.json, calls.jsonl,
 * teacher-outputs/, runs/<arm>/<task or all>/seed-<n>/ and what is reported of them.
 */
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { checkConfig } from '../config/load.js';
import { checkVariants } from '../config/variants.js';
import { modelAverage } from '../metrics/index.js';
import { readBertConfig } from '../nn/bert-config.js';
import { taskRegistry, type TaskRegistry } from '../tasks/index.js';
import type { Computation } from '../train/computation.js';
import { requireListener, type OnEvent, type PlannedRunSummary, type TaskScores } from '../train/events.js';
import type { Selected } from '../train/selection.js';
import { SharedCores } from '../train/shared-cores.js';
import { majorityScores } from './majority.js';
import { planRuns, runKindOf, tasksOf, type PlannedRun } from './arms.js';
import type { FinishedRun } from './adopt-run.js';
import { loggedCall } from './calls.js';
import { createContext, type RunContext } from './context.js';
import type { Failures } from './failed-runs.js';
import { chooseParallelRuns, describeChoice } from './parallel-runs.js';
import { runGraph } from './graph.js';
import { findFinished, gridChoice, resolveRun } from './finished-runs.js';
import { isTried, type GridResult } from './grid.js';
import { removeCheckpoints, removeLeftovers } from './leftovers.js';
import { withLock } from './lock.js';
import { formatPlural } from '../util/format.js';
import { checkOutputFolder, claimOutputFolder } from './output-folder.js';
import { writePlan } from './plan-file.js';
import { experimentResults, writeResults, type ExperimentResults, type RunFailure, type RunResult } from './results.js';
import { finishedRun, settingsOf, trainRun } from './run-model.js';
import type { RunRecord } from './run-record.js';
import { sameSettings, type Settings } from './settings.js';
import { needsOf, runFolder, type Records } from './sources.js';
import { NOTHING, workOf } from './work.js';

export interface ExperimentOptions {
  readonly config: Config;
  readonly dataDir: string;
  /** Hugging Face folder of the pre-trained BERT. */
  readonly modelDir: string;
  readonly outDir: string;
  /** The command line, for the report; a program that calls the library has none. */
  readonly command?: string;
  /** For tokenised data; below `dataDir` when left out. */
  readonly cacheDir?: string;
  /** Aborting it stops after the running step, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onEvent: OnEvent;
}

/**
 * A run that fails does not end the experiment: it is told by an event and in `failures`, and whatever does not depend on it goes on.
 * @throws BornAgainError ERR_CONFIG (a value that the schema refuses, arms) and ERR_UNKNOWN_TASK before OUT is made, ERR_OUTPUT_FOLDER (OUT is
 *   another experiment's; nothing is touched), ERR_LOCKED (another process works on it), ERR_CANCELLED, ERR_IO, and what reading data and
 *   model throws. What is finished stays, and the same call goes on from there
 */
export async function runExperiment(options: ExperimentOptions): Promise<ExperimentResults> {
  requireListener(options.onEvent);
  checkConfig(options.config);
  checkVariants(options.config);
  const plan = planRuns(options.config);
  const registry = taskRegistry(options.config);
  for (const task of plan.flatMap((run) => run.tasks)) registry.byName(task);
  await checkOutputFolder(options.outDir, options.config);
  return withLock(options.outDir, () => runPlan(options, plan));
}

async function runPlan(options: ExperimentOptions, plan: readonly PlannedRun[]): Promise<ExperimentResults> {
  const { config, outDir } = options;
  const found = await checkOutputFolder(outDir, config);
  const tasks = [...new Set(plan.flatMap((run) => run.tasks))];
  const context = await createContext({ ...options, tasks, teacherOutputsDir: join(outDir, 'teacher-outputs') });
  const experiment = new Experiment(context, outDir, plan);
  await experiment.findFinished();
  experiment.computes = await claimOutputFolder(outDir, { found, context, plan, training: !experiment.isFinished });
  await removeLeftovers(outDir);
  for (const id of experiment.finishedIds) await removeCheckpoints(runFolder(outDir, id));
  return loggedCall({ ...options, command: options.command ?? null }, () => work(experiment, context, outDir, plan));
}

async function work(experiment: Experiment, context: RunContext, outDir: string, plan: readonly PlannedRun[]): Promise<ExperimentResults> {
  const summaries = await experiment.summaries();
  await writePlan(outDir, summaries);
  context.onEvent({ kind: 'experiment-plan', runs: summaries });
  try {
    await experiment.train(await parallelRunsFor(context, plan, summaries));
  } catch (error) {
    // Interrupted: what was finished since results.json was last written belongs in it.
    await experiment.writeResults();
    throw error;
  }
  return experiment.writeResults();
}

/** Said in a notice where it was measured. */
async function parallelRunsFor(context: RunContext, plan: readonly PlannedRun[], summaries: readonly PlannedRunSummary[]): Promise<number> {
  const known = new Map(summaries.map((summary) => [summary.runId, summary]));
  const pending = plan.filter(({ id }) => known.get(id)?.finished === false && (known.get(id)?.tokens ?? 0) > 0);
  const { chosen, measured } = await chooseParallelRuns(context, pending, ({ id }) => known.get(id)?.tokens ?? 0);
  if (measured.length > 0) {
    const message = `training ${formatPlural(chosen, 'model')} at once: ${describeChoice(measured)}`;
    context.onEvent({ kind: 'notice', level: 'info', message });
  }
  return chosen;
}

class Experiment {
  /** What the models are computed with, the finished ones too; null where that is not known. */
  computes: Computation | null;
  private readonly records = new Map<string, RunRecord>();
  private readonly failures: RunFailure[] = [];
  private readonly registry: TaskRegistry;
  private readonly majority: TaskScores;
  /** Results are written one after the other: two runs may end at once. */
  private written: Promise<unknown> = Promise.resolve();

  constructor(
    private context: RunContext,
    private readonly outDir: string,
    private readonly plan: readonly PlannedRun[],
  ) {
    this.registry = taskRegistry(context.config);
    this.computes = context.computes;
    const tasks = [...new Set(plan.flatMap((run) => run.tasks))];
    this.majority = Object.fromEntries(tasks.map((task) => [task, majorityScores(context.data.get(task, 'dev'))]));
  }

  async findFinished(): Promise<void> {
    const here = (run: PlannedRun, settings: Settings): Promise<RunRecord | null> => finishedRun(runFolder(this.outDir, run.id), settings);
    const found = await findFinished(this.context, this.outDir, this.plan, this.registry, here);
    for (const [id, record] of found) this.records.set(id, record);
  }

  get isFinished(): boolean {
    return this.plan.every(({ id }) => this.records.has(id));
  }

  get finishedIds(): Iterable<string> {
    return this.records.keys();
  }

  async summaries(): Promise<PlannedRunSummary[]> {
    const bert = await readBertConfig(this.context.modelDir);
    return this.plan.map((run) => {
      const { steps, tokens } = isTried(run) ? NOTHING : workOf(run, this.context.data, bert);
      return { runId: run.id, arm: run.arm, tasks: run.tasks, seed: run.seed, steps, tokens, finished: this.records.has(run.id) };
    });
  }

  async train(parallel: number): Promise<void> {
    this.context = { ...this.context, cores: new SharedCores(parallel) };
    const nodes = this.plan.map((run) => ({ id: run.id, needs: needsOf(run), run }));
    await runGraph(nodes, {
      finished: [...this.records.keys()],
      parallel,
      signal: this.context.signal,
      work: ({ run }) => this.context.cores.during(() => this.trainOne(run)),
      onFailure: ({ id: runId }, { code, message }, after) => {
        this.failures.push({ runId, code, message, after });
        this.context.onEvent({ kind: 'run-failed', runId, message, after });
        // For whoever looks on. Should it fail, the results written at the end fail too, and that is told.
        void this.writeResults().catch(() => undefined);
      },
    });
  }

  async writeResults(): Promise<ExperimentResults> {
    const { config } = this.context;
    const runs = runResults(config, this.plan, this.records);
    const { computes, failures, majority } = this;
    const results = experimentResults(config, { computes, runs, failures, grid: this.gridResults(), majority });
    const earlier = this.written;
    this.written = Promise.allSettled([earlier]).then(() => writeResults(this.outDir, results));
    await this.written;
    return results;
  }

  private async trainOne(planned: PlannedRun): Promise<void> {
    const ready = resolveRun(this.outDir, planned, this.records, this.registry);
    if (ready === null) throw new RangeError(`${planned.id} was started before what it needs`);
    const { run, sources } = ready;
    const folder = runFolder(this.outDir, run.id);
    const twin = this.finishedTwin(settingsOf(this.context, run, sources));
    this.records.set(run.id, await trainRun(this.context, run, { folder, sources, twin, onOtherSettings: 'restart' }));
    // Before its arm's last run of that seed there is nothing new to say, and the tests between arms are no small work.
    if (seedRuns(this.plan, planned.arm, planned.seed).every(({ id }) => this.records.has(id))) await this.writeResults();
  }

  /** A run that is finished and came to the same training: the trial that a grid chose, or that of another arm. */
  private finishedTwin(settings: Settings): FinishedRun | null {
    const found = [...this.records].find(([, record]) => sameSettings(record.settings, settings));
    return found === undefined ? null : { folder: runFolder(this.outDir, found[0]), record: found[1] };
  }

  /** One for each model that has a grid; the runs of all seeds share it. */
  private gridResults(): GridResult[] {
    const results = new Map<string, GridResult>();
    for (const run of this.plan) {
      const choice = gridChoice(run, this.records, this.registry);
      if (choice !== null) results.set(`${choice.arm}/${choice.task}`, choice);
    }
    return [...results.values()];
  }
}

/** The runs that one arm's result with one seed consists of. */
function seedRuns(plan: readonly PlannedRun[], arm: string, seed: number): PlannedRun[] {
  return plan.filter((run) => run.arm === arm && run.seed === seed);
}

/** One entry for each arm asked for and each seed of which every run is finished. */
function runResults(config: Config, plan: readonly PlannedRun[], records: Records): RunResult[] {
  const { byName } = taskRegistry(config);
  const results: RunResult[] = [];
  for (const arm of config.arms) {
    for (const seed of config.seeds) {
      const runs = seedRuns(plan, arm, seed);
      const finished = runs.map((run) => records.get(run.id)).filter((record) => record !== undefined);
      if (finished.length < runs.length) continue;
      const tasks = Object.assign({}, ...finished.map((record) => record.scores)) as TaskScores;
      const model = runKindOf(config, arm) === 'single' ? `runs/${arm}` : `runs/${runs[0]?.id}/model`;
      const mismatched = Object.assign({}, ...finished.map((record) => record.mismatched)) as TaskScores;
      const average = modelAverage(tasksOf(config, arm).map(byName), { dev: tasks, mismatched }, config.report.average);
      const failed = Object.assign({}, ...finished.map((record) => record.failed)) as Failures;
      results.push({ arm, seed, tasks, mismatched, average, ...selectionOf(runs, records), model, failed });
    }
  }
  return results;
}

/** How the models of one arm and seed were selected on dev; nothing where they are those of the last steps. */
function selectionOf(runs: readonly PlannedRun[], records: Records): Pick<RunResult, 'selection'> {
  const selected = runs.flatMap(({ id }): [string, Selected][] => {
    const selection = records.get(id)?.selection ?? null;
    return selection === null ? [] : [[id, selection]];
  });
  return selected.length === 0 ? {} : { selection: Object.fromEntries(selected) };
}
