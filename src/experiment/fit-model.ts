/** One model's life in memory: initial weights and new heads, training, scores on dev, the folder it is kept in. */
import { join } from 'node:path';
import { loadAddon } from '../native/load.js';
import { initHead, type Head } from '../nn/head.js';
import type { ModelInfo } from '../nn/heads-file.js';
import { openModelFolder, writeModelFolder } from '../nn/model-folder.js';
import type { Bert } from '../nn/bert.js';
import type { TaskScores } from '../train/events.js';
import { headSpec } from '../train/heads.js';
import { RunLog } from '../train/run-log.js';
import type { Selected } from '../train/selection.js';
import { Session } from '../train/session.js';
import { createStepMaker, type TrainingTask } from '../train/step-maker.js';
import { train } from '../train/trainer.js';
import { BornAgainError } from '../util/errors.js';
import type { PlannedRun } from './arms.js';
import type { ModelReference, RunContext } from './context.js';
import { CHECKPOINTS } from './leftovers.js';
import { writePredictions } from './predictions.js';
import { provenance } from './provenance.js';
import { introduction } from './run-introduction.js';
import { scoreModel, selectionJob, type ModelScores } from './score-model.js';
import { shapeOf } from './grid.js';

export interface FittedModel extends ModelScores {
  /** Optimizer steps done. */
  readonly steps: number;
  /** How the model was chosen on dev; null where it is that of the last step, as planned. */
  readonly selection: Selected | null;
}

export interface FitPlace {
  readonly folder: string;
  /** Hash of the run's settings: a checkpoint of another run is refused. */
  readonly identity: string;
  /** The trained model to start from, with a head for each task; null for the pre-trained encoder and new heads. */
  readonly initial: ModelReference | null;
}

/**
 * The seed decides everything random: data order, heads, dropout. Writes `folder/predictions.jsonl` and `folder/model`.
 * @throws as `train` and `writeModelFolder` do
 */
export async function fitModel(
  context: RunContext,
  run: PlannedRun,
  tasks: readonly TrainingTask[],
  place: FitPlace,
): Promise<FittedModel> {
  const { initial } = place;
  const model = await (initial === null ? newModel(context, run, tasks) : continuedModel(run, initial));
  try {
    return await fit(context, run, tasks, place, model);
  } finally {
    for (const module of [model.bert, ...model.heads]) module.dispose();
  }
}

/** The pre-trained encoder and a new head for each task, which the caller disposes of. Throws as `openModelFolder` does. */
export async function newModel(
  { modelDir, inputs, onEvent }: RunContext,
  { config, seed, id: runId }: PlannedRun,
  tasks: readonly TrainingTask[],
): Promise<Model> {
  const { device } = config.runtime;
  const { bert, notices, hash } = await openModelFolder(modelDir, { device, dropout: config.model.dropout, poolerSeed: seed });
  for (const notice of notices) onEvent({ kind: 'notice', runId, ...notice });
  const heads: Head[] = [];
  try {
    requireHash({ modelDir, hash: inputs.model }, hash);
    const { hiddenSize } = bert.config;
    for (const { dataset } of tasks)
      heads.push(initHead(headSpec(dataset.task, config.model), hiddenSize, device, seed, config.model.headInit));
    return { bert, heads };
  } catch (error) {
    for (const module of [bert, ...heads]) module.dispose();
    throw error;
  }
}

/** Encoder and heads of a trained model; heads of other tasks are left behind. */
async function continuedModel({ config, tasks, id }: PlannedRun, initial: ModelReference): Promise<Model> {
  const { device } = config.runtime;
  const { bert, heads, hash } = await openModelFolder(initial.modelDir, { device, dropout: config.model.dropout });
  const own = tasks.map((task) => heads.find((head) => head.task === task));
  const kept = own.filter((head) => head !== undefined);
  for (const head of heads) if (!kept.includes(head)) head.dispose();
  try {
    requireHash(initial, hash);
    if (kept.length === tasks.length) return { bert, heads: kept };
    const message = `${initial.modelDir}, from which ${id} starts, has not a head for each of ${tasks.join(', ')}`;
    throw new BornAgainError('ERR_MODEL_FOLDER', message, { modelDir: initial.modelDir, tasks });
  } catch (error) {
    for (const module of [bert, ...kept]) module.dispose();
    throw error;
  }
}

/** A run's settings name its initial weights by their hash, so it must start from these. */
function requireHash({ modelDir, hash }: ModelReference, found: string): void {
  if (found === hash) return;
  const message = `${modelDir} was changed since it was looked at first or finished: it holds other weights. Put the former model back, or remove the folder if it was trained here, and start again`;
  throw new BornAgainError('ERR_MODEL_FOLDER', message, { modelDir });
}

interface Model {
  readonly bert: Bert;
  readonly heads: readonly Head[];
}

/** As the run's configuration has it, on its share of the cores. The caller closes it. */
export function createSession({ cores }: RunContext, run: PlannedRun, model: Model): Session {
  const { optimizer, runtime } = run.config;
  const { layerDecay } = shapeOf(run);
  return Session.create({ ...model, optimizer, layerDecay, dropoutSeed: run.seed, runtime: cores.runtimeOf(runtime) });
}

async function fit(
  context: RunContext,
  run: PlannedRun,
  tasks: readonly TrainingTask[],
  { folder, identity }: FitPlace,
  model: Model,
): Promise<FittedModel> {
  const { modelDir, cores, signal, onEvent } = context;
  const { seed, arm, id: runId, config } = run;
  const { runtime } = config;
  const shape = shapeOf(run);
  const session = createSession(context, run, model);
  cores.lend(session, runtime);
  const log = new RunLog(folder, { tensorboard: config.logging.tensorboard, introduction: introduction(run) });
  try {
    sayWhatComputes(context, runId, session);
    const steps = createStepMaker({ tasks, shape, config, seed });
    const { checkpointSteps } = runtime;
    const checkpoints = { checkpointDir: join(folder, CHECKPOINTS), checkpointSteps, identity };
    const evaluation = { session, heads: model.heads, batchTokens: runtime.evaluationBatchTokens, signal };
    const selection = selectionJob(context, run, evaluation);
    const selected = await train({ runId, arm, seed, session, tasks, steps, log, ...checkpoints, selection, signal, onEvent });
    const { answers, ...scored } = await scoreModel(context, run, evaluation);
    const kept = selected?.keep === 'best' ? selected.best.step : session.steps;
    logScores(log, kept, scored);
    await writePredictions(folder, answers);
    const made = provenance({ config, modelDir, modelHash: context.inputs.model, shape, steps: kept, tasks });
    const info = modelInfo(run, scored.scores, made);
    await writeModelFolder(join(folder, 'model'), { ...model, tokenizerFrom: modelDir, info });
    return { ...scored, steps: session.steps, selection: selected };
  } finally {
    log.close();
    cores.takeBack(session);
    await session.close();
  }
}

/** What the model's folder says of it. */
function modelInfo({ arm, seed, tasks, config }: PlannedRun, scores: TaskScores, made: ModelInfo['made']): ModelInfo {
  return {
    arm,
    seed,
    tasks: [...tasks],
    preset: config.preset,
    maxLength: config.data.maxLength,
    truncation: config.data.truncation,
    scores: Object.fromEntries(Object.entries(scores).map(([task, own]) => [task, { ...own }])),
    made,
  };
}

function sayWhatComputes({ onEvent }: RunContext, runId: string, session: Session): void {
  const { engine, precision, products } = session.computes;
  const emulated = precision === 'bf16' && engine !== 'flash' && !loadAddon().runtimeInfo().bf16Hardware;
  const slow = emulated ? '; this CPU only emulates bf16, fp32 is faster' : '';
  const message = `computed by the ${engine} engine in ${precision}, matrix products: ${products}${slow}`;
  onEvent({ kind: 'notice', level: emulated ? 'warning' : 'info', message, runId });
}

/** @param step of the model that is kept */
function logScores(log: RunLog, step: number, { scores, mismatched, average }: ModelScores): void {
  log.evaluation({ step, split: 'dev', tasks: scores, average });
  if (Object.keys(mismatched).length > 0) log.evaluation({ step, split: 'dev_mismatched', tasks: mismatched, average: null });
}
