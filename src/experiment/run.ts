/**
 * `bornagain run`: every arm, task and seed. OUT is the experiment's memory: finished runs are not trained again, an interrupted one goes
 * on from its checkpoint, and results.json is written anew after each. OUT holds experiment.json, results.json, teacher-outputs/ and
 * runs/<arm>/<task or all>/seed-<n>/.
 */
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { glueAverage } from '../metrics/index.js';
import { taskByName } from '../tasks/index.js';
import type { OnEvent, TaskScores } from '../train/events.js';
import { BornAgainError } from '../util/errors.js';
import { planRuns, runKindOf, type PlannedRun } from './arms.js';
import { createContext, type RunContext, type Teachers } from './context.js';
import { checkOutputFolder, claimOutputFolder } from './output-folder.js';
import { experimentResults, writeResults, type ExperimentResults, type RunResult } from './results.js';
import { finishedRun, settingsOf, trainRun } from './run-model.js';
import type { RunRecord } from './run-record.js';

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

/** Finished runs by id. */
type Records = Map<string, RunRecord>;

/**
 * @throws BornAgainError ERR_OUTPUT_FOLDER (OUT is another experiment's; nothing is touched), ERR_CANCELLED, ERR_NON_FINITE_LOSS, ERR_IO, and
 *   what reading data and model throws. What is finished stays, and the same call goes on from there
 */
export async function runExperiment(options: ExperimentOptions): Promise<ExperimentResults> {
  const { config, outDir, signal, onEvent } = options;
  const found = await checkOutputFolder(outDir, config);
  const context = await createContext({ ...options, tasks: config.tasks, teacherOutputsDir: join(outDir, 'teacher-outputs') });
  await claimOutputFolder(outDir, found, config, context.inputs);
  const plan = planRuns(config);
  const records = await finishedRuns(context, outDir, plan);
  onEvent({ kind: 'experiment-plan', runs: plan.map((run) => summaryOf(run, records)) });
  for (const run of plan) {
    if (records.has(run.id)) continue;
    if (signal?.aborted === true) throw new BornAgainError('ERR_CANCELLED', `cancelled before ${run.id}`, { runId: run.id });
    const teachers = teachersOf(outDir, run, records) as Teachers;
    records.set(run.id, await trainRun(context, run, runFolder(outDir, run.id), teachers, 'restart'));
    await writeResults(outDir, experimentResults(config, runResults(config, plan, records)));
  }
  const results = experimentResults(config, runResults(config, plan, records));
  await writeResults(outDir, results);
  return results;
}

function runFolder(outDir: string, id: string): string {
  return join(outDir, 'runs', ...id.split('/'));
}

function summaryOf(run: PlannedRun, records: Records) {
  const { id, arm, tasks, seed } = run;
  return { runId: id, arm, tasks, seed, finished: records.has(id) };
}

/** The plan has teachers before students, so a student is only looked at when its teachers are known to be finished. */
async function finishedRuns(context: RunContext, outDir: string, plan: readonly PlannedRun[]): Promise<Records> {
  const records: Records = new Map();
  for (const run of plan) {
    const teachers = teachersOf(outDir, run, records);
    if (teachers === null) continue;
    const record = await finishedRun(runFolder(outDir, run.id), settingsOf(context, run, teachers));
    if (record !== null) records.set(run.id, record);
  }
  return records;
}

/** Null while a teacher is not finished. */
function teachersOf(outDir: string, run: PlannedRun, records: Records): Teachers | null {
  const teachers: Record<string, Teachers[string]> = {};
  for (const [task, id] of Object.entries(run.teachers)) {
    const record = records.get(id);
    if (record === undefined) return null;
    teachers[task] = { modelDir: join(runFolder(outDir, id), 'model'), hash: record.modelHash };
  }
  return teachers;
}

/** One entry for each arm asked for and each seed of which every run is finished. */
function runResults(config: Config, plan: readonly PlannedRun[], records: Records): RunResult[] {
  const results: RunResult[] = [];
  for (const arm of config.arms) {
    for (const seed of config.seeds) {
      const runs = plan.filter((run) => run.arm === arm && run.seed === seed);
      const finished = runs.map((run) => records.get(run.id)).filter((record) => record !== undefined);
      if (finished.length < runs.length) continue;
      const tasks = Object.assign({}, ...finished.map((record) => record.scores)) as TaskScores;
      const model = runKindOf(arm) === 'single' ? 'runs/single' : `runs/${runs[0]?.id}/model`;
      results.push({ arm, seed, tasks, average: glueAverage(config.tasks.map(taskByName), tasks), model });
    }
  }
  return results;
}
