/**
 * `bornagain run`: every arm, task and seed. OUT is the experiment's memory: finished runs are not trained again, an interrupted one goes
 * on from its checkpoint, and results.json is written anew after each. OUT holds experiment.json, plan.json, results.json,
 * teacher-outputs/ and runs/<arm>/<task or all>/seed-<n>/.
 */
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { checkVariants } from '../config/variants.js';
import { glueAverage } from '../metrics/index.js';
import { readBertConfig } from '../nn/bert-config.js';
import { taskRegistry, type TaskRegistry } from '../tasks/index.js';
import type { OnEvent, PlannedRunSummary, TaskScores } from '../train/events.js';
import { planRuns, runKindOf, tasksOf, type PlannedRun } from './arms.js';
import { createContext, type RunContext, type RunSources } from './context.js';
import { runGraph } from './graph.js';
import { withLock } from './lock.js';
import { checkOutputFolder, claimOutputFolder } from './output-folder.js';
import { writePlan } from './plan-file.js';
import { experimentResults, writeResults, type ExperimentResults, type RunFailure, type RunResult } from './results.js';
import { finishedRun, settingsOf, trainRun } from './run-model.js';
import type { RunRecord } from './run-record.js';
import { needsOf, runFolder, sourcesOf, type Records } from './sources.js';
import { workOf } from './work.js';

export interface ExperimentOptions {
  readonly config: Config;
  readonly dataDir: string;
  /** Hugging Face folder of the pre-trained BERT. */
  readonly modelDir: string;
  readonly outDir: string;
  /** For tokenised data; below `dataDir` when left out. */
  readonly cacheDir?: string;
  /** Aborting it stops after the running step, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onEvent: OnEvent;
}

/**
 * A run that fails does not end the experiment: it is told by an event and in `failures`, and whatever does not depend on it goes on.
 * @throws BornAgainError ERR_CONFIG (arms), ERR_OUTPUT_FOLDER (OUT is another experiment's; nothing is touched), ERR_LOCKED (another
 *   process works on it), ERR_CANCELLED, ERR_IO, and what reading data and model throws. What is finished stays, and the same call goes on
 *   from there
 */
export async function runExperiment(options: ExperimentOptions): Promise<ExperimentResults> {
  checkVariants(options.config);
  const plan = planRuns(options.config);
  await checkOutputFolder(options.outDir, options.config);
  return withLock(options.outDir, () => runPlan(options, plan));
}

async function runPlan(options: ExperimentOptions, plan: readonly PlannedRun[]): Promise<ExperimentResults> {
  const { config, outDir, onEvent } = options;
  const found = await checkOutputFolder(outDir, config);
  const tasks = [...new Set(plan.flatMap((run) => run.tasks))];
  const context = await createContext({ ...options, tasks, teacherOutputsDir: join(outDir, 'teacher-outputs') });
  await claimOutputFolder(outDir, found, config, context.inputs);
  const experiment = new Experiment(context, outDir, plan);
  await experiment.findFinished();
  const runs = await experiment.summaries();
  await writePlan(outDir, runs);
  onEvent({ kind: 'experiment-plan', runs });
  await experiment.train();
  return experiment.writeResults();
}

class Experiment {
  private readonly records = new Map<string, RunRecord>();
  private readonly failures: RunFailure[] = [];
  private readonly registry: TaskRegistry;
  /** Results are written one after the other: two runs may end at once. */
  private written: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly context: RunContext,
    private readonly outDir: string,
    private readonly plan: readonly PlannedRun[],
  ) {
    this.registry = taskRegistry(context.config);
  }

  /** The plan has teachers before students, so a student is only looked at when its teachers are known to be finished. */
  async findFinished(): Promise<void> {
    for (const run of this.plan) {
      const sources = this.sourcesOf(run);
      if (sources === null) continue;
      const record = await finishedRun(runFolder(this.outDir, run.id), settingsOf(this.context, run, sources));
      if (record !== null) this.records.set(run.id, record);
    }
  }

  async summaries(): Promise<PlannedRunSummary[]> {
    const bert = await readBertConfig(this.context.modelDir);
    return this.plan.map((run) => {
      const { steps, tokens } = workOf(run, this.context.data, bert);
      return { runId: run.id, arm: run.arm, tasks: run.tasks, seed: run.seed, steps, tokens, finished: this.records.has(run.id) };
    });
  }

  async train(): Promise<void> {
    const nodes = this.plan.map((run) => ({ id: run.id, needs: needsOf(run), run }));
    await runGraph(nodes, {
      finished: [...this.records.keys()],
      parallel: this.context.config.runtime.parallelRuns,
      signal: this.context.signal,
      work: ({ run }) => this.trainOne(run),
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
    const results = experimentResults(config, runResults(config, this.plan, this.records), this.failures);
    const earlier = this.written;
    this.written = Promise.allSettled([earlier]).then(() => writeResults(this.outDir, results));
    await this.written;
    return results;
  }

  private async trainOne(run: PlannedRun): Promise<void> {
    const sources = this.sourcesOf(run);
    if (sources === null) throw new RangeError(`${run.id} was started before what it needs`);
    this.records.set(run.id, await trainRun(this.context, run, runFolder(this.outDir, run.id), sources, 'restart'));
    await this.writeResults();
  }

  private sourcesOf(run: PlannedRun): RunSources | null {
    return sourcesOf(this.outDir, run, this.records, (task) => this.registry.byName(task).mainMetric);
  }
}

/** One entry for each arm asked for and each seed of which every run is finished. */
function runResults(config: Config, plan: readonly PlannedRun[], records: Records): RunResult[] {
  const { byName } = taskRegistry(config);
  const results: RunResult[] = [];
  for (const arm of config.arms) {
    for (const seed of config.seeds) {
      const runs = plan.filter((run) => run.arm === arm && run.seed === seed);
      const finished = runs.map((run) => records.get(run.id)).filter((record) => record !== undefined);
      if (finished.length < runs.length) continue;
      const tasks = Object.assign({}, ...finished.map((record) => record.scores)) as TaskScores;
      const model = runKindOf(config, arm) === 'single' ? `runs/${arm}` : `runs/${runs[0]?.id}/model`;
      const mismatched = Object.assign({}, ...finished.map((record) => record.mismatched)) as TaskScores;
      const average = glueAverage(tasksOf(config, arm).map(byName), { dev: tasks, mismatched }, config.report.average);
      results.push({ arm, seed, tasks, mismatched, average, model });
    }
  }
  return results;
}
