/** A task out of the configuration as the same value that a built-in task is; the schema has checked what it says. */
import { formatByEnding, mainMetricOf, metricsOf, type CustomTask } from '../config/custom-tasks.js';
import type { NamedSplit, SplitName, TaskDefinition } from './types.js';

export function customTask(name: string, task: CustomTask): TaskDefinition {
  const { title, kind, columns, labels, scoreRange, symmetric } = task;
  return {
    name,
    title: title ?? name,
    kind,
    texts: columns.textB === null ? 1 : 2,
    labels,
    scoreRange,
    folder: null,
    hub: null,
    splits: splitsOf(task),
    metrics: metricsOf(task),
    mainMetric: mainMetricOf(task) ?? impossible(name, 'metric'),
    symmetric,
    head: name,
    dropsShortRows: false,
  };
}

function splitsOf({ files, format, columns }: CustomTask): Partial<Record<SplitName, NamedSplit>> {
  const splitOf = (file: string): NamedSplit => ({
    file,
    format: format ?? formatByEnding(file) ?? impossible(file, 'format'),
    ...columns,
    classes: [],
  });
  const { train, dev, test } = files;
  return { train: splitOf(train), dev: splitOf(dev), ...(test === undefined ? {} : { test: splitOf(test) }) };
}

function impossible(name: string, what: string): never {
  throw new RangeError(`${name} has no ${what}: the schema lets no such task through`);
}
