/** One model's life in memory: initial weights and new heads, training, scores on dev, the folder it is kept in. */
import { join } from 'node:path';
import type { TokenizedDataset } from '../data/types.js';
import { glueAverage, selectionScore } from '../metrics/index.js';
import { initHead, type Head } from '../nn/head.js';
import type { ModelInfo } from '../nn/heads-file.js';
import { openModelFolder, writeModelFolder } from '../nn/model-folder.js';
import type { Bert } from '../nn/bert.js';
import { taskRegistry } from '../tasks/index.js';
import type { SplitName } from '../tasks/types.js';
import { scoreDataset, scoreWithNotices, type EvaluationOptions } from '../train/evaluate.js';
import type { MetricScores, TaskScores } from '../train/events.js';
import { headSpec } from '../train/heads.js';
import { selects, type Selected, type SelectionJob } from '../train/selection.js';
import { Session } from '../train/session.js';
import { shareCores } from '../train/share-cores.js';
import { createStepMaker, type TrainingTask } from '../train/step-maker.js';
import { train } from '../train/trainer.js';
import { BornAgainError } from '../util/errors.js';
import type { PlannedRun } from './arms.js';
import type { ModelReference, RunContext } from './context.js';
import { provenance } from './provenance.js';
import { shapeOf } from './grid.js';

interface Scored {
  readonly scores: TaskScores;
  readonly mismatched: TaskScores;
  readonly average: number | null;
}

export interface FittedModel extends Scored {
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
 * The seed decides everything random: data order, heads, dropout. Writes `folder/model`.
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

export async function newModel(
  { modelDir, onEvent }: RunContext,
  { config, seed, id: runId }: PlannedRun,
  tasks: readonly TrainingTask[],
): Promise<Model> {
  const { device } = config.runtime;
  const { bert, notices } = await openModelFolder(modelDir, { device, dropout: config.model.dropout, poolerSeed: seed });
  for (const notice of notices) onEvent({ kind: 'notice', runId, ...notice });
  const heads: Head[] = [];
  try {
    for (const { dataset } of tasks) heads.push(initHead(headSpec(dataset.task, config.model), bert.config.hiddenSize, device, seed));
    return { bert, heads };
  } catch (error) {
    for (const module of [bert, ...heads]) module.dispose();
    throw error;
  }
}

/** Encoder and heads of a trained model; heads of other tasks are left behind. */
async function continuedModel({ config, tasks, id }: PlannedRun, initial: ModelReference): Promise<Model> {
  const { bert, heads } = await openModelFolder(initial.modelDir, { device: config.runtime.device, dropout: config.model.dropout });
  const own = tasks.map((task) => heads.find((head) => head.task === task));
  const kept = own.filter((head) => head !== undefined);
  for (const head of heads) if (!kept.includes(head)) head.dispose();
  if (kept.length === tasks.length) return { bert, heads: kept };
  for (const module of [bert, ...kept]) module.dispose();
  const message = `${initial.modelDir}, from which ${id} starts, has not a head for each of ${tasks.join(', ')}`;
  throw new BornAgainError('ERR_MODEL_FOLDER', message, { modelDir: initial.modelDir, tasks });
}

interface Model {
  readonly bert: Bert;
  readonly heads: readonly Head[];
}

async function fit(
  context: RunContext,
  run: PlannedRun,
  tasks: readonly TrainingTask[],
  { folder, identity }: FitPlace,
  model: Model,
): Promise<FittedModel> {
  const { modelDir, signal, onEvent } = context;
  const { seed, arm, id: runId, config } = run;
  const { optimizer, runtime } = config;
  const shape = shapeOf(run);
  const session = Session.create({
    ...model,
    optimizer,
    layerDecay: shape.layerDecay,
    dropoutSeed: seed,
    runtime: shareCores(runtime, context.parallelRuns),
  });
  try {
    sayWhatComputes(context, runId, session);
    const steps = createStepMaker({ tasks, shape, config, seed });
    const files = { logFile: join(folder, 'steps.jsonl'), checkpointDir: join(folder, 'checkpoints') };
    const evaluation = { session, heads: model.heads, batchTokens: runtime.evaluationBatchTokens, signal };
    const selection = selectionJob(context, run, evaluation, join(folder, 'selection.jsonl'));
    const { checkpointSteps } = runtime;
    const selected = await train({
      runId,
      arm,
      seed,
      session,
      tasks,
      steps,
      ...files,
      checkpointSteps,
      identity,
      selection,
      signal,
      onEvent,
    });
    const scored = await scoreModel(context, run, evaluation);
    const kept = selected?.keep === 'best' ? selected.best.step : session.steps;
    const made = provenance({ config, modelDir, modelHash: context.inputs.model, shape, steps: kept, tasks });
    const info = modelInfo(run, scored.scores, made);
    await writeModelFolder(join(folder, 'model'), { ...model, tokenizerFrom: modelDir, info });
    return { ...scored, steps: session.steps, selection: selected };
  } finally {
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
  const message = `computed by the ${engine} engine in ${precision}, matrix products: ${products}`;
  onEvent({ kind: 'notice', level: 'info', message, runId });
}

/** On dev and, of the tasks that have one, the mismatched set; an event for each. */
async function scoreModel(context: RunContext, run: PlannedRun, evaluation: EvaluationOptions): Promise<Scored> {
  const score = (dataset: TokenizedDataset): Promise<MetricScores> => scoreWithNotices(evaluation, dataset, context.onEvent, run.id);
  const scores = await scoreSplit(context, run, 'dev', score);
  const mismatched = await scoreSplit(context, run, 'dev_mismatched', score);
  const tasks = run.tasks.map(taskRegistry(context.config).byName);
  const average = glueAverage(tasks, { dev: scores, mismatched }, run.config.report.average);
  const mainMetrics = Object.fromEntries(tasks.map(({ name, mainMetric }) => [name, mainMetric]));
  const event = { kind: 'evaluated', runId: run.id, mainMetrics } as const;
  context.onEvent({ ...event, split: 'dev', tasks: scores, average });
  if (Object.keys(mismatched).length > 0) context.onEvent({ ...event, split: 'dev_mismatched', tasks: mismatched, average: null });
  return { scores, mismatched, average };
}

/** Of the run's tasks that have the split. */
async function scoreSplit(
  { data }: RunContext,
  run: PlannedRun,
  split: SplitName,
  score: (dataset: TokenizedDataset) => Promise<MetricScores>,
): Promise<TaskScores> {
  const tasks: TaskScores = {};
  for (const name of run.tasks) {
    const dataset = data.find(name, split);
    if (dataset !== null) tasks[name] = await score(dataset);
  }
  return tasks;
}

/** How a model in training is scored; undefined where nothing is selected. Undefined scores are told once, of the model that is kept. */
function selectionJob(context: RunContext, run: PlannedRun, evaluation: EvaluationOptions, logFile: string): SelectionJob | undefined {
  const settings = run.config.selection;
  if (!selects(settings)) return undefined;
  const definitions = run.tasks.map(taskRegistry(context.config).byName);
  const score = async (dataset: TokenizedDataset): Promise<MetricScores> => (await scoreDataset(evaluation, dataset)).scores;
  return {
    settings,
    epochs: shapeOf(run).epochs,
    logFile,
    score: async () => {
      const tasks = await scoreSplit(context, run, 'dev', score);
      const mismatched = settings.metric === 'glue' ? await scoreSplit(context, run, 'dev_mismatched', score) : {};
      return { score: selectionScore(definitions, { dev: tasks, mismatched }, settings.metric), tasks };
    },
  };
}
