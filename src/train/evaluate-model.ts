/** `bornagain eval`: scores of a model folder on a labelled split of its tasks. */
import type { Config } from '../config/schema.js';
import { hasSplit, taskRegistry, type TaskRegistry } from '../tasks/index.js';
import type { SplitName, TaskDefinition } from '../tasks/types.js';
import { BornAgainError } from '../util/errors.js';
import { headIndex, scoreWithNotices } from './evaluate.js';
import { requireListener, type OnEvent, type TaskScores } from './events.js';
import { InferenceModel } from './inference.js';
import { prepareData } from './prepare-data.js';

export interface EvaluateModelOptions {
  readonly modelDir: string;
  readonly dataDir: string;
  /** All of the model's tasks that have the split, when left out. A sequence classifier of Transformers needs the one it is of. */
  readonly tasks?: readonly string[];
  readonly split: SplitName;
  /** `customTasks` describes tasks of one's own, `runtime` decides where it computes, `data.badRows` what happens to malformed rows; sequences are cut as in the model's training. */
  readonly config: Config;
  readonly cacheDir?: string;
  readonly onEvent: OnEvent;
}

/** Fractions. */
export interface ModelScores {
  readonly tasks: TaskScores;
  /** On the mismatched set, of the tasks that have one (MNLI); empty for another split than `dev`. */
  readonly mismatched: TaskScores;
}

/**
 * Scores by task. MNLI's `dev` is the matched set, beside which the mismatched one is scored where the data folder has it, as in training.
 * @throws BornAgainError ERR_UNKNOWN_TASK (no head for a task), ERR_INVALID_ARGUMENT (a split without labels, or that a task does not
 *   have), and what opening the model and reading the data throw
 */
export async function evaluateModel(options: EvaluateModelOptions): Promise<ModelScores> {
  const { modelDir, dataDir, split, config, onEvent } = options;
  requireListener(onEvent);
  const { customTasks } = config;
  const task = options.tasks?.length === 1 ? options.tasks[0] : undefined;
  const model = await InferenceModel.open(modelDir, config.runtime, {
    task,
    customTasks,
    onNotice: (notice) => onEvent({ kind: 'notice', ...notice }),
  });
  try {
    const tasks = labelledTasks(model, options.tasks, split, taskRegistry(config));
    for (const task of tasks) headIndex(model.evaluation.heads, task);
    const splits = tasks.map(({ name }) => ({ task: name, split }));
    const twofold = split === 'dev' ? tasks.filter((task) => 'dev_mismatched' in task.splits) : [];
    for (const task of twofold) {
      if (hasSplit(task, 'dev_mismatched', dataDir)) splits.push({ task: task.name, split: 'dev_mismatched' });
      else onEvent({ kind: 'notice', level: 'info', message: matchedOnly(task) });
    }
    const data = await prepareData({ ...options, config: { ...config, data: { ...config.data, ...model.limit } }, splits });
    const scores: ModelScores = { tasks: {}, mismatched: {} };
    for (const each of splits) {
      const part = each.split === split ? scores.tasks : scores.mismatched;
      part[each.task] = (await scoreWithNotices(model.evaluation, data.get(each.task, each.split), onEvent)).scores;
    }
    return scores;
  } finally {
    await model.close();
  }
}

function matchedOnly(task: TaskDefinition): string {
  return `${task.title} is scored on its matched set alone: the data folder has no mismatched one`;
}

/** Those asked for, or all of the model's that have the split. */
function labelledTasks(
  model: InferenceModel,
  asked: readonly string[] | undefined,
  split: SplitName,
  registry: TaskRegistry,
): TaskDefinition[] {
  const known = (asked ?? model.tasks).map((name) => describedTask(model, name, registry));
  const tasks = asked === undefined ? known.filter(({ splits }) => split in splits) : known;
  if (tasks.length === 0) throw new BornAgainError('ERR_INVALID_ARGUMENT', `none of the model's tasks has a split '${split}'`, { split });
  const unlabelled = tasks.find(({ splits }) => splits[split]?.label === null);
  if (unlabelled === undefined) return tasks;
  const message = `the ${split} split of ${unlabelled.name} has no labels to score against; GLUE's server scores it`;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { task: unlabelled.name, split });
}

/** The model itself knows labels and texts of a person's own task, but not its files. */
function describedTask(model: InferenceModel, name: string, registry: TaskRegistry): TaskDefinition {
  if (!model.tasks.includes(name) || registry.all.some((task) => task.name === name)) return registry.byName(name);
  const message = `the files of ${name} are described in the configuration it was trained with (customTasks). Give it with --config`;
  throw new BornAgainError('ERR_CONFIG', message, { task: name });
}
