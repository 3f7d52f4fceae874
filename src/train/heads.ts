/** The head a task is trained with: its labels from the task's definition, activation and dropout from the configuration. */
import type { Config } from '../config/schema.js';
import type { HeadSpec } from '../nn/head.js';
import type { TaskDefinition } from '../tasks/types.js';

export function headSpec(task: TaskDefinition, { regression, headDropout }: Config['model']): HeadSpec {
  const { name, kind, labels, scoreRange } = task;
  return {
    task: name,
    kind,
    labels,
    scoreRange,
    activation: kind === 'regression' ? regression : 'linear',
    dropout: headDropout,
  };
}
