/** From a task to the head it is trained with, and back from a trained head to its task. */
import { metricsOf } from '../config/custom-tasks.js';
import type { Config } from '../config/schema.js';
import type { HeadSpec } from '../nn/head.js';
import type { TaskDefinition } from '../tasks/types.js';
import { BornAgainError } from '../util/errors.js';

/** Labels from the task's definition, activation and dropout from the configuration. */
export function headSpec(task: TaskDefinition, { regression, headDropout }: Config['model']): HeadSpec {
  const { name, kind, texts, labels, scoreRange } = task;
  return {
    task: name,
    kind,
    texts,
    labels,
    scoreRange,
    activation: kind === 'regression' ? regression : 'linear',
    dropout: headDropout,
  };
}

/**
 * A task of someone's own as far as its head knows it: enough to predict, without files.
 * @throws BornAgainError ERR_MODEL_FOLDER where the folder does not say how many texts it takes
 */
export function taskOfHead({ task: name, kind, texts, labels, scoreRange }: HeadSpec, dir: string): TaskDefinition {
  if (texts === undefined) {
    const message =
      `${dir} does not say how many texts an example of ${name} has. Describe the task under customTasks in the configuration (--config); ` +
      'of an export, exporting the model again will do as well';
    throw new BornAgainError('ERR_MODEL_FOLDER', message, { dir, task: name });
  }
  const metrics = metricsOf({ kind, metrics: [] });
  const mainMetric = kind === 'classification' ? 'accuracy' : 'pearson';
  const nothing = { folder: null, hub: null, splits: {}, symmetric: false, dropsShortRows: false };
  return { name, title: name, kind, texts, labels, scoreRange, metrics, mainMetric, head: name, ...nothing };
}
