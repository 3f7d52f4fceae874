/** One model's life in memory: initial weights and new heads, training, scores on dev, the folder it is kept in. */
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { glueAverage } from '../metrics/index.js';
import { initHead, type Head } from '../nn/head.js';
import { openModelFolder, writeModelFolder } from '../nn/model-folder.js';
import type { Bert } from '../nn/bert.js';
import { taskByName } from '../tasks/index.js';
import type { SplitName } from '../tasks/types.js';
import { scoreWithNotices, type EvaluationOptions } from '../train/evaluate.js';
import type { TaskScores } from '../train/events.js';
import { headSpec } from '../train/heads.js';
import { Session } from '../train/session.js';
import { createStepMaker, type TrainingTask } from '../train/step-maker.js';
import { train } from '../train/trainer.js';
import type { PlannedRun } from './arms.js';
import type { RunContext } from './context.js';

export interface FittedModel {
  readonly scores: TaskScores;
  readonly mismatched: TaskScores;
  readonly average: number | null;
  readonly steps: number;
}

/** The seed decides everything random: data order, heads, dropout. Writes `folder/model`. Throws as `train` and `writeModelFolder` do. */
export async function fitModel(context: RunContext, run: PlannedRun, tasks: readonly TrainingTask[], folder: string): Promise<FittedModel> {
  const { config, modelDir } = context;
  const { device } = config.runtime;
  const { bert } = await openModelFolder(modelDir, { device, dropout: config.model.dropout });
  const heads: Head[] = [];
  try {
    for (const { dataset } of tasks) heads.push(initHead(headSpec(dataset.task, config.model), bert.config.hiddenSize, device, run.seed));
    return await fit(context, run, tasks, folder, { bert, heads });
  } finally {
    for (const module of [bert, ...heads]) module.dispose();
  }
}

interface Model {
  readonly bert: Bert;
  readonly heads: readonly Head[];
}

async function fit(
  context: RunContext,
  run: PlannedRun,
  tasks: readonly TrainingTask[],
  folder: string,
  model: Model,
): Promise<FittedModel> {
  const { config, modelDir, signal, onEvent } = context;
  const { optimizer, runtime } = config;
  const shape = shapeOf(run, config);
  const { seed, arm, id: runId } = run;
  const session = Session.create({ ...model, optimizer, layerDecay: shape.layerDecay, dropoutSeed: seed, runtime });
  try {
    const { engine, precision, products } = session.computes;
    onEvent({
      kind: 'notice',
      level: 'info',
      message: `computed by the ${engine} engine in ${precision}, matrix products: ${products}`,
      runId,
    });
    const steps = createStepMaker({ tasks, shape, config, seed });
    const files = { logFile: join(folder, 'steps.jsonl'), checkpointDir: join(folder, 'checkpoints') };
    await train({ runId, arm, seed, session, tasks, steps, ...files, checkpointSteps: runtime.checkpointSteps, signal, onEvent });
    const evaluation = { session, heads: model.heads, batchTokens: runtime.evaluationBatchTokens, signal };
    const scores = await scoreSplit(context, run, evaluation, 'dev');
    const mismatched = await scoreSplit(context, run, evaluation, 'dev_mismatched');
    const info = { arm, seed, tasks: [...run.tasks], preset: config.preset, maxLength: config.data.maxLength, scores: scores.tasks };
    await writeModelFolder(join(folder, 'model'), { ...model, tokenizerFrom: modelDir, info });
    return { scores: scores.tasks, mismatched: mismatched.tasks, average: scores.average, steps: steps.totalSteps };
  } finally {
    await session.close();
  }
}

function shapeOf(run: PlannedRun, config: Config): Config['single'] {
  return run.kind === 'single' ? config.single : config.multi;
}

/** Scores of the run's tasks that have the split; an event unless none has. */
async function scoreSplit(
  { data, onEvent }: RunContext,
  run: PlannedRun,
  evaluation: EvaluationOptions,
  split: SplitName,
): Promise<{ tasks: Record<string, Record<string, number>>; average: number | null }> {
  const tasks: Record<string, Record<string, number>> = {};
  for (const name of run.tasks) {
    const dataset = data.find(name, split);
    if (dataset !== null) tasks[name] = { ...(await scoreWithNotices(evaluation, dataset, onEvent, run.id)) };
  }
  const average = split === 'dev' ? glueAverage(run.tasks.map(taskByName), tasks) : null;
  if (Object.keys(tasks).length > 0) onEvent({ kind: 'evaluated', runId: run.id, split, tasks, average });
  return { tasks, average };
}
