/**
 * `bornagain train`: one model. OUT is that run's folder: run.json, the logs, model/, predictions.jsonl, result.json, and checkpoints/
 * until it is done.
 */
import { join } from 'node:path';
import { checkConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { modelAverage } from '../metrics/index.js';
import { taskRegistry } from '../tasks/index.js';
import { requireListener, type OnEvent } from '../train/events.js';
import { BornAgainError } from '../util/errors.js';
import type { PlannedRun } from './arms.js';
import { createContext, NO_SOURCES } from './context.js';
import { checkTrainingFolder } from './output-folder.js';
import type { RunResult } from './results.js';
import { removeCheckpoints } from './leftovers.js';
import { withLock } from './lock.js';
import { finishedRun, settingsOf, trainRun } from './run-model.js';
import { findTeachers } from './teachers.js';

/** `distilled` is one model of several tasks, taught by the models of a folder. */
const TRAIN_KINDS = ['single', 'multi', 'distilled'] as const;
export type TrainKind = (typeof TRAIN_KINDS)[number];

export interface TrainOneOptions {
  readonly config: Config;
  readonly arm: TrainKind;
  /** One for `single`. `config.tasks`, `arms` and `seeds` play no part. */
  readonly tasks: readonly string[];
  /** For `distilled`: a folder with a teacher for each task (teachers.ts says where it looks). */
  readonly teachersDir?: string;
  /** A whole number, 0 or more. */
  readonly seed: number;
  readonly dataDir: string;
  readonly modelDir: string;
  readonly outDir: string;
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
  readonly onEvent: OnEvent;
}

/**
 * Trains, scores and keeps the model; goes on from a checkpoint where OUT has one, and returns at once where it is finished.
 * @returns as an entry of results.json, but `model` is OUT/model as given, not relative to OUT
 * @throws BornAgainError ERR_USAGE, ERR_CONFIG, ERR_UNKNOWN_TASK (OUT is not touched), ERR_OUTPUT_FOLDER (OUT is another training's), ERR_LOCKED (another process works on it),
 *   ERR_MODEL_FOLDER and ERR_TOKENIZER (teachers), and what training throws
 */
export async function trainOne(options: TrainOneOptions): Promise<RunResult> {
  requireListener(options.onEvent);
  checkConfig(options.config);
  requireFittingOptions(options);
  requireOneSetting(options.config);
  await checkTrainingFolder(options.outDir);
  return withLock(options.outDir, () => trainLocked(options));
}

async function trainLocked(options: TrainOneOptions): Promise<RunResult> {
  const { arm, tasks, seed, outDir, onEvent } = options;
  const context = await createContext({ ...options, teacherOutputsDir: join(outDir, 'teacher-outputs') });
  const name = tasks.length === 1 ? tasks[0] : 'all';
  const kind = arm === 'single' ? 'single' : 'multi';
  const run: PlannedRun = {
    id: `${arm}/${name}/seed-${seed}`,
    arm,
    kind,
    tasks,
    seed,
    config: options.config,
    teachers: {},
    initial: null,
    grid: null,
  };
  const teachers = options.teachersDir === undefined ? {} : await findTeachers(options.teachersDir, tasks, options.modelDir);
  const sources = { ...NO_SOURCES, teachers };
  const finished = await finishedRun(outDir, settingsOf(context, run, sources));
  if (finished !== null) {
    onEvent({ kind: 'notice', level: 'info', runId: run.id, message: `${outDir} holds this model, finished` });
    await removeCheckpoints(outDir);
  }
  const record = finished ?? (await trainRun(context, run, { folder: outDir, sources, twin: null, onOtherSettings: 'refuse' }));
  const { scores, mismatched, failed = {} } = record;
  const average = modelAverage(tasks.map(taskRegistry(options.config).byName), { dev: scores, mismatched }, options.config.report.average);
  const selection = record.selection === null ? {} : { selection: { [run.id]: record.selection } };
  return { arm, seed, tasks: scores, mismatched, average, ...selection, model: join(outDir, 'model'), failed };
}

function requireFittingOptions({ config, arm, tasks, seed, teachersDir }: TrainOneOptions): void {
  const refuse = (message: string): never => {
    throw new BornAgainError('ERR_USAGE', message, { arm, tasks, seed });
  };
  if (tasks.length === 0) refuse('there is no task to train on');
  const twice = tasks.find((task, i) => tasks.indexOf(task) < i);
  if (twice !== undefined) refuse(`a model is trained on each of its tasks once, and '${twice}' is named twice`);
  if (!Number.isSafeInteger(seed) || seed < 0) refuse(`the seed must be a whole number, 0 or more, not ${seed}`);
  if (!TRAIN_KINDS.includes(arm)) refuse(`there is no model of the kind '${String(arm)}', only ${TRAIN_KINDS.join(', ')}`);
  if (arm === 'single' && tasks.length > 1) refuse(`a single-task model has one task, not ${tasks.length}: ${tasks.join(', ')}`);
  if (arm === 'distilled' && teachersDir === undefined) refuse('a distilled model needs a folder with a teacher for each task');
  if (arm !== 'distilled' && teachersDir !== undefined) refuse(`a ${arm} model has no teachers`);
  const registry = taskRegistry(config);
  for (const task of tasks) registry.byName(task);
}

/** A grid needs runs to choose from. */
function requireOneSetting(config: Config): void {
  for (const family of ['single', 'multi'] as const) {
    const { learningRate, layerDecay } = config[family].grid;
    if (learningRate.length + layerDecay.length === 0) continue;
    const message = `${family}.grid: one model has one setting. Try several with 'bornagain run', or set ${family}.learningRate and ${family}.layerDecay`;
    throw new BornAgainError('ERR_CONFIG', message, { family });
  }
}
