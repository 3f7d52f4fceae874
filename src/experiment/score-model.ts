/** A run's model on the dev sets: its answers, which the folder keeps as predictions, and the scores computed from them. */
import { join } from 'node:path';
import type { TokenizedDataset } from '../data/types.js';
import { modelAverage, selectionScore } from '../metrics/index.js';
import { taskRegistry } from '../tasks/index.js';
import { scoreDataset, scoreWithNotices, type DatasetScores, type EvaluationOptions } from '../train/evaluate.js';
import type { TaskScores } from '../train/events.js';
import { InferenceModel } from '../train/inference.js';
import { selects, type SelectionJob } from '../train/selection.js';
import type { PlannedRun } from './arms.js';
import type { RunContext } from './context.js';
import { failureOf, type Failure, type Failures } from './failed-runs.js';
import { shapeOf } from './grid.js';
import type { AnsweredSplit, PredictionRecord } from './predictions.js';

export interface ModelScores {
  /** On `dev`; MNLI's is the matched set. */
  readonly scores: TaskScores;
  /** On `dev_mismatched`, of the tasks that have one. */
  readonly mismatched: TaskScores;
  readonly average: number | null;
  /** On `dev`. */
  readonly failed: Failures;
}

export interface ScoredModel extends ModelScores {
  /** What `writePredictions` takes: `dev` of all tasks, then `dev_mismatched`. */
  readonly answers: readonly AnsweredSplit[];
}

/** An event for each split. Throws as `computeLogits` does. */
export async function scoreModel(context: RunContext, run: PlannedRun, evaluation: EvaluationOptions): Promise<ScoredModel> {
  const scorer: Scorer = (dataset) => scoreWithNotices(evaluation, dataset, context.onEvent, run.id);
  const dev = await scoreSplit(context, run, 'dev', scorer);
  const other = await scoreSplit(context, run, 'dev_mismatched', scorer);
  const [scores, mismatched] = [dev.scores, other.scores];
  const tasks = run.tasks.map(taskRegistry(context.config).byName);
  const average = modelAverage(tasks, { dev: scores, mismatched }, run.config.report.average);
  const mainMetrics = Object.fromEntries(tasks.map(({ name, mainMetric }) => [name, mainMetric]));
  const event = { kind: 'evaluated', runId: run.id, mainMetrics } as const;
  context.onEvent({ ...event, split: 'dev', tasks: scores, average });
  if (Object.keys(mismatched).length > 0) context.onEvent({ ...event, split: 'dev_mismatched', tasks: mismatched, average: null });
  const failed = failuresOf(dev.answers, scores);
  return { scores, mismatched, average, failed, answers: [...dev.answers, ...other.answers] };
}

/** The same for `folder/model` as it was kept. Throws as `InferenceModel.open` and `scoreModel` do. */
export async function scoreKeptModel(context: RunContext, run: PlannedRun, folder: string): Promise<ScoredModel> {
  const { config, cores, signal } = context;
  const { customTasks, runtime } = config;
  const model = await InferenceModel.open(join(folder, 'model'), cores.runtimeOf(runtime), { customTasks });
  const { session } = model.evaluation;
  cores.lend(session, runtime);
  try {
    return await scoreModel(context, run, { ...model.evaluation, signal });
  } finally {
    cores.takeBack(session);
    await model.close();
  }
}

type Scorer = (dataset: TokenizedDataset) => Promise<Omit<DatasetScores, 'warnings'>>;

function failuresOf(answers: readonly AnsweredSplit[], scores: TaskScores): Failures {
  const failed: Record<string, Failure> = {};
  for (const answered of answers) {
    const { name } = answered.dataset.task;
    const failure = failureOf(answered, scores[name] ?? {});
    if (failure !== null) failed[name] = failure;
  }
  return failed;
}

/** Of the run's tasks that have the split. */
async function scoreSplit(
  { data }: RunContext,
  run: PlannedRun,
  split: PredictionRecord['split'],
  score: Scorer,
): Promise<{ scores: TaskScores; answers: AnsweredSplit[] }> {
  const scores: TaskScores = {};
  const answers: AnsweredSplit[] = [];
  for (const name of run.tasks) {
    const dataset = data.find(name, split);
    if (dataset === null) continue;
    const scored = await score(dataset);
    scores[name] = scored.scores;
    answers.push({ dataset, logits: scored.logits });
  }
  return { scores, answers };
}

/** How a model in training is scored; undefined where nothing is selected. Undefined scores are told once, of the model that is kept. */
export function selectionJob(context: RunContext, run: PlannedRun, evaluation: EvaluationOptions): SelectionJob | undefined {
  const settings = run.config.selection;
  if (!selects(settings)) return undefined;
  const definitions = run.tasks.map(taskRegistry(context.config).byName);
  const scorer: Scorer = (dataset) => scoreDataset(evaluation, dataset);
  return {
    settings,
    epochs: shapeOf(run).epochs,
    score: async () => {
      const { scores: tasks } = await scoreSplit(context, run, 'dev', scorer);
      const mismatched = settings.metric === 'glue' ? (await scoreSplit(context, run, 'dev_mismatched', scorer)).scores : {};
      return { score: selectionScore(definitions, { dev: tasks, mismatched }, settings.metric), tasks };
    },
  };
}
