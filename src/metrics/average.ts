/**
 * The one number for a model: a mean over its tasks, GLUE's and people's own. Which metrics stand for a task, and which tasks count, is the
 * table below and nothing else. Missing scores are errors, since an average over fewer tasks looks like a gain.
 */
import { BornAgainError } from '../util/errors.js';
import type { MetricName } from './types.js';

export interface AverageTable {
  readonly leftOut: readonly string[];
  /** The metrics whose mean stands for a task; a task that is not here is stood for by its main metric. */
  readonly metrics: Readonly<Record<string, readonly MetricName[]>>;
  /** Tasks that are stood for by the mean of their matched and their mismatched set, each with its metrics' mean. */
  readonly bothSets: readonly string[];
}

/**
 * `bam`: the paper's (docs/paper.md section 3.6), WNLI not trained. `glue`: the leaderboard's (Wang et al. 2019), where tasks with two metrics
 * count with their mean, and MNLI's sets with theirs. AX is a diagnostic and in neither.
 */
export const AVERAGES = {
  bam: { leftOut: ['wnli', 'ax'], metrics: { mrpc: ['accuracy'], qqp: ['accuracy'], stsb: ['spearman'] }, bothSets: [] },
  glue: {
    leftOut: ['ax'],
    metrics: { mrpc: ['f1', 'accuracy'], qqp: ['f1', 'accuracy'], stsb: ['pearson', 'spearman'] },
    bothSets: ['mnli'],
  },
} as const satisfies Record<string, AverageTable>;

export type AverageName = keyof typeof AVERAGES;

/** What the average needs of a task; a TaskDefinition is one. */
export interface AveragedTask {
  readonly name: string;
  readonly mainMetric: MetricName;
}

type Scores = Readonly<Record<string, Readonly<Partial<Record<MetricName, number>>>>>;

/** Scores by task name, then by metric. */
export interface ScoredSplits {
  readonly dev: Scores;
  /** On MNLI's mismatched set; it may be missing. */
  readonly mismatched: Scores;
}

/** Those that count in the average. Throws ERR_INVALID_ARGUMENT for an unknown one. */
export function averagedTasks<Task extends AveragedTask>(tasks: readonly Task[], average: AverageName): Task[] {
  if (!Object.hasOwn(AVERAGES, average)) {
    const message = `there is no average ${average}; known are ${Object.keys(AVERAGES).join(', ')}`;
    throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { average });
  }
  return tasks.filter(({ name }) => !(AVERAGES[average].leftOut as readonly string[]).includes(name));
}

/**
 * Unweighted mean over the given tasks of what stands for each.
 * @returns null where no task is left to average, or the average needs a mismatched set that was not scored
 * @throws BornAgainError ERR_INVALID_ARGUMENT for an unknown average, and where a task has no score on dev
 */
export function modelAverage(tasks: readonly AveragedTask[], scores: ScoredSplits, average: AverageName): number | null {
  const averaged = averagedTasks(tasks, average);
  if (averaged.length === 0) return null;
  const values = averaged.map((task) => standingFor(task, scores, AVERAGES[average]));
  return values.includes(null) ? null : mean(values as number[]);
}

/**
 * The dev score by which a model or a setting is chosen: the named average, or the plain mean of the tasks' main metrics, which also stands
 * in for an average that is not defined (WNLI alone).
 * @throws BornAgainError ERR_INVALID_ARGUMENT where a task has no score
 */
export function selectionScore(tasks: readonly AveragedTask[], scores: ScoredSplits, metric: AverageName | 'mean'): number {
  const average = metric === 'mean' ? null : modelAverage(tasks, scores, metric);
  return average ?? mean(tasks.map(({ name, mainMetric }) => scoreOf(scores.dev, name, mainMetric)));
}

/** What stands for a task in an average; null where that needs a mismatched set that was not scored. Throws as `modelAverage`. */
export function standingFor({ name, mainMetric }: AveragedTask, { dev, mismatched }: ScoredSplits, table: AverageTable): number | null {
  const metrics = table.metrics[name] ?? [mainMetric];
  const onSet = (scores: Scores): number => mean(metrics.map((metric) => scoreOf(scores, name, metric)));
  if (!table.bothSets.includes(name)) return onSet(dev);
  return mismatched[name] === undefined ? null : mean([onSet(dev), onSet(mismatched)]);
}

function scoreOf(scores: Scores, name: string, metric: MetricName): number {
  const value = scores[name]?.[metric];
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', `cannot average: task ${name} has no ${metric} (got ${value})`, { name, metric });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
