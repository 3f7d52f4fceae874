/** A run's model on the dev sets: its answers, which the folder keeps as predictions, and the scores computed from them. */
import { join } from 'node:path';
import { glueAverage } from '../metrics/index.js';
import { taskRegistry } from '../tasks/index.js';
import { scoreWithNotices, type EvaluationOptions } from '../train/evaluate.js';
import type { TaskScores } from '../train/events.js';
import { InferenceModel } from '../train/inference.js';
import { shareCores } from '../train/share-cores.js';
import type { PlannedRun } from './arms.js';
import type { RunContext } from './context.js';
import type { AnsweredSplit, PredictionRecord } from './predictions.js';

export interface ModelScores {
  /** On `dev`; MNLI's is the matched set. */
  readonly scores: TaskScores;
  /** On `dev_mismatched`, of the tasks that have one. */
  readonly mismatched: TaskScores;
  readonly average: number | null;
}

export interface ScoredModel extends ModelScores {
  /** What `writePredictions` takes: `dev` of all tasks, then `dev_mismatched`. */
  readonly answers: readonly AnsweredSplit[];
}

/** An event for each split. Throws as `computeLogits` does. */
export async function scoreModel(context: RunContext, run: PlannedRun, evaluation: EvaluationOptions): Promise<ScoredModel> {
  const dev = await scoreSplit(context, run, evaluation, 'dev');
  const other = await scoreSplit(context, run, evaluation, 'dev_mismatched');
  const [scores, mismatched] = [dev.scores, other.scores];
  const tasks = run.tasks.map(taskRegistry(context.config).byName);
  const average = glueAverage(tasks, { dev: scores, mismatched }, run.config.report.average);
  const mainMetrics = Object.fromEntries(tasks.map(({ name, mainMetric }) => [name, mainMetric]));
  const event = { kind: 'evaluated', runId: run.id, mainMetrics } as const;
  context.onEvent({ ...event, split: 'dev', tasks: scores, average });
  if (Object.keys(mismatched).length > 0) context.onEvent({ ...event, split: 'dev_mismatched', tasks: mismatched, average: null });
  return { scores, mismatched, average, answers: [...dev.answers, ...other.answers] };
}

/** The same for `folder/model` as it was kept. Throws as `InferenceModel.open` and `scoreModel` do. */
export async function scoreKeptModel(context: RunContext, run: PlannedRun, folder: string): Promise<ScoredModel> {
  const { config, signal } = context;
  const model = await InferenceModel.open(join(folder, 'model'), shareCores(config.runtime), { customTasks: config.customTasks });
  try {
    return await scoreModel(context, run, { ...model.evaluation, signal });
  } finally {
    await model.close();
  }
}

/** Of the run's tasks that have the split. */
async function scoreSplit(
  { data, onEvent }: RunContext,
  run: PlannedRun,
  evaluation: EvaluationOptions,
  split: PredictionRecord['split'],
): Promise<{ scores: TaskScores; answers: AnsweredSplit[] }> {
  const scores: TaskScores = {};
  const answers: AnsweredSplit[] = [];
  for (const name of run.tasks) {
    const dataset = data.find(name, split);
    if (dataset === null) continue;
    const scored = await scoreWithNotices(evaluation, dataset, onEvent, run.id);
    scores[name] = scored.scores;
    answers.push({ dataset, logits: scored.logits });
  }
  return { scores, answers };
}
