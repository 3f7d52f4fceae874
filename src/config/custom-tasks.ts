/**
 * People's own tasks: what the configuration says of one, and what is checked before a file is opened. Their files are read by the names
 * of their columns; where they lie is relative to the data folder, so that a configuration moves between machines with its data.
 */
import { z } from 'zod';
import { METRIC_NAMES, METRICS, type MetricName } from './metrics.js';

/** How a file is laid out; also its ending. */
export const ROW_FORMATS = ['tsv', 'csv', 'jsonl', 'parquet', 'arrow'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** The format that a file's ending names, or undefined. */
export function formatByEnding(file: string): RowFormat | undefined {
  return ROW_FORMATS.find((ending) => file.toLowerCase().endsWith(`.${ending}`));
}

/** A folder's name; no dot, because `<task>.<split>` names a split. */
const TASK_NAME = /^[a-z0-9][a-z0-9_-]*$/;
/** Results and folders call other things so. */
const RESERVED = ['all', 'average', 'mismatched'];

const path = z.string().min(1);
const column = z.string().min(1);

const customTaskSchema = z
  .strictObject({
    title: z.string().min(1).nullable().default(null).describe('name to print; null takes the name itself'),
    kind: z.enum(['classification', 'regression']).describe('one of several labels, or a score'),
    files: z
      .strictObject({ train: path, dev: path, test: path.optional() })
      .describe('file of each split, relative to the data folder; test is labelled too and only read by eval --split test'),
    format: z
      .enum(ROW_FORMATS)
      .nullable()
      .default(null)
      .describe(
        'tsv: a header, tabs, no quoting; csv: a header, commas (or the delimiter), quoted fields; jsonl: an object per line; parquet; arrow: its file or stream format; null goes by the ending',
      ),
    delimiter: z
      .string()
      .regex(/^[^"\r\n]$/, 'expected one character, no quote and no line end')
      .optional()
      .describe('csv: the character between two fields where it is not a comma, such as ; in what Excel writes in much of Europe'),
    columns: z
      .strictObject({
        textA: column.describe('the text, or the first of two'),
        textB: column.nullable().default(null).describe('the second text of a pair; null for a task of one text'),
        label: column.default('label').describe('the label as listed in labels, or the score'),
      })
      .describe('names of the columns, or of the keys of each object'),
    labels: z.array(z.string()).default([]).describe('classification: every label as the files spell it, in the order of the classes'),
    scoreRange: z
      .tuple([z.number(), z.number()])
      .nullable()
      .default(null)
      .describe('regression: lowest and highest score there can be; scores are learnt scaled to [0, 1]'),
    metrics: z
      .array(z.enum(METRIC_NAMES))
      .default([])
      .describe('scores to report; none named: accuracy, or pearson and spearman. f1 is of the second of two labels'),
    mainMetric: z
      .enum(METRIC_NAMES)
      .nullable()
      .default(null)
      .describe('the one that stands for the task in table and average; null takes the first of metrics that is no error'),
    symmetric: z.boolean().default(false).describe('the order of the two texts carries no meaning (data.bothOrders)'),
  })
  .superRefine((task, context) => {
    for (const [key, message] of faultsOf(task)) context.addIssue({ code: 'custom', path: key.split('.'), message });
  });

export type CustomTask = z.infer<typeof customTaskSchema>;

/** By name. `taken` are names that other tasks have already. */
export const customTasksSchema = (taken: readonly string[]) =>
  z.record(z.string(), customTaskSchema).superRefine((tasks, context) => {
    for (const name of Object.keys(tasks)) {
      const message = nameFault(name, taken);
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
    }
  });

/** What is reported of a task where its configuration names no metrics. */
export function metricsOf({ kind, metrics }: Pick<CustomTask, 'kind' | 'metrics'>): readonly MetricName[] {
  if (metrics.length > 0) return metrics;
  return kind === 'classification' ? ['accuracy'] : ['pearson', 'spearman'];
}

/** The metric that stands for a task; undefined where it reports errors alone, which the schema refuses. */
export function mainMetricOf(task: Pick<CustomTask, 'kind' | 'metrics' | 'mainMetric'>): MetricName | undefined {
  return task.mainMetric ?? metricsOf(task).find((metric) => !METRICS[metric].lessIsBetter);
}

function nameFault(name: string, taken: readonly string[]): string | null {
  if (taken.includes(name)) return 'a built-in task has that name; expected another name';
  if (RESERVED.includes(name)) return `results use the name '${name}' already; expected another name`;
  return TASK_NAME.test(name) ? null : 'expected a name of lower-case letters, digits, dashes and underscores';
}

type Fault = readonly [key: string, message: string];

function faultsOf(task: CustomTask): Fault[] {
  const { files, format, delimiter, columns, symmetric } = task;
  const faults: Fault[] = [...(task.kind === 'classification' ? labelFaults(task) : scoreFaults(task)), ...metricFaults(task)];
  const endings = ROW_FORMATS.map((ending) => `.${ending}`);
  for (const [split, file] of Object.entries(files)) {
    if (format !== null || file === undefined || formatByEnding(file) !== undefined) continue;
    faults.push([`files.${split}`, `expected an ending of ${endings.join(', ')}, or the task's format to say how it is laid out`]);
  }
  const formats = Object.values(files).map((file) => format ?? (file === undefined ? 'csv' : formatByEnding(file)));
  if (delimiter !== undefined && formats.some((each) => each !== undefined && each !== 'csv'))
    faults.push(['delimiter', 'only csv has one; expected none']);
  if (new Set(Object.values(columns)).size < Object.values(columns).length) faults.push(['columns', 'expected no column twice']);
  if (symmetric && columns.textB === null) faults.push(['symmetric', 'a task of one text has no order; expected columns.textB, or false']);
  return faults;
}

function labelFaults({ labels, scoreRange }: CustomTask): Fault[] {
  const faults: Fault[] = [];
  if (labels.length < 2) faults.push(['labels', "a classification task needs its labels; expected two or more, such as ['no', 'yes']"]);
  if (new Set(labels).size < labels.length) faults.push(['labels', 'expected no label twice']);
  if (scoreRange !== null) faults.push(['scoreRange', 'a classification task has labels, no scores; expected null']);
  return faults;
}

function scoreFaults({ labels, scoreRange }: CustomTask): Fault[] {
  const faults: Fault[] = [];
  if (scoreRange === null) faults.push(['scoreRange', 'a regression task needs its range of scores; expected [lowest, highest]']);
  else if (scoreRange[0] >= scoreRange[1]) faults.push(['scoreRange', 'expected [lowest, highest], the lowest first']);
  if (labels.length > 0) faults.push(['labels', 'a regression task has scores, no labels; expected []']);
  return faults;
}

function metricFaults(task: CustomTask): Fault[] {
  const { kind, metrics, mainMetric, labels } = task;
  const fitting = METRIC_NAMES.filter((metric) => METRICS[metric].kind === kind);
  const faults: Fault[] = [];
  if (metrics.some((metric) => !fitting.includes(metric)))
    faults.push(['metrics', `a ${kind} task is scored by ${fitting.join(', ')}; expected only these`]);
  if (new Set(metrics).size < metrics.length) faults.push(['metrics', 'expected no metric twice']);
  if (metrics.includes('f1') && labels.length > 2)
    faults.push(['metrics', `f1 is for two labels, and there are ${labels.length}; expected no f1`]);
  const fit = metricsOf(task).filter((metric) => !METRICS[metric].lessIsBetter);
  if (fit.length === 0) faults.push(['metrics', 'an error cannot stand for the task in an average; expected another metric besides']);
  else if (mainMetric !== null && !fit.includes(mainMetric))
    faults.push(['mainMetric', `expected one of the metrics reported that is no error, ${fit.join(', ')}`]);
  return faults;
}
