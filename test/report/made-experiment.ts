/** What the report loads of an experiment, made up without training: every run of the plan finished, each as a test wants it. */
import { configSchema, type ConfigInput } from '../../src/config/schema.js';
import { planRuns, type PlannedRun } from '../../src/experiment/arms.js';
import { experimentResults, type RunResult } from '../../src/experiment/results.js';
import type { ModelReference } from '../../src/experiment/context.js';
import type { RunRecord } from '../../src/experiment/run-record.js';
import { runSettings } from '../../src/experiment/settings.js';
import type { TaskAnswers } from '../../src/report/load/answers.js';
import type { LoadedExperiment, LoadedRun } from '../../src/report/load/experiment.js';
import type { TrainingCourse } from '../../src/report/load/training-course.js';
import { taskRegistry } from '../../src/tasks/index.js';

export interface MadeRun {
  readonly record?: Partial<RunRecord>;
  readonly course?: TrainingCourse;
  readonly answers?: readonly TaskAnswers[];
}

/** The record of a finished run; its hash is its id, as no two trainings have one model. */
export function recordOf(run: PlannedRun): RunRecord {
  const { id, arm, tasks, seed } = run;
  const reference = (hash: string): ModelReference => ({ modelDir: '', hash });
  const teachers = Object.fromEntries(Object.entries(run.teachers).map(([task, ids]) => [task, ids.map(reference)]));
  const initial = run.initial === null ? null : reference(run.initial);
  const settings = runSettings(run, { model: 'hash', data: { 'rte.train': 'hash' } }, { teachers, initial });
  const scores = { scores: {}, mismatched: {}, average: null, failed: {} };
  return { format: 1, arm, tasks: [...tasks], seed, ...scores, steps: 1, selection: null, seconds: 1, modelHash: id, settings };
}

/** @param made of a run, what is not as usual: no logs, no answers */
export function madeExperiment(
  input: ConfigInput,
  made: (run: PlannedRun) => MadeRun = () => ({}),
  results: readonly RunResult[] = [],
): LoadedExperiment {
  const config = configSchema.parse(input);
  const plan = planRuns(config);
  const runs = plan.map((run): LoadedRun => {
    const { record, course = null, answers } = made(run);
    const byTask = answers === undefined ? null : new Map(answers.map((own) => [own.task.name, own]));
    return { run, record: { ...recordOf(run), ...record }, course, evaluations: [], answers: byTask };
  });
  return {
    outDir: '',
    config,
    registry: taskRegistry(config),
    results: experimentResults(config, { computes: null, runs: results, failures: [], grid: [] }),
    runs,
    planned: plan.length,
    inputs: null,
    calls: [],
    layers: 2,
  };
}

/** One arm's result with one seed. @param scores accuracy by task; their mean over all but WNLI is the average */
export function resultOf(arm: string, seed: number, scores: Readonly<Record<string, number>>, failed: RunResult['failed'] = {}): RunResult {
  const averaged = Object.entries(scores).flatMap(([task, score]) => (task === 'wnli' ? [] : [score]));
  const average = averaged.reduce((sum, score) => sum + score, 0) / averaged.length;
  const tasks = Object.fromEntries(Object.entries(scores).map(([task, accuracy]) => [task, { accuracy }]));
  return { arm, seed, tasks, mismatched: {}, average, model: '', failed };
}

/** A task of people's own with labels `0`, `1` and so on. */
export const customTask = (labels: number) =>
  ({
    kind: 'classification',
    files: { train: 'train.tsv', dev: 'dev.tsv' },
    columns: { textA: 'text' },
    labels: Array.from({ length: labels }, (_, label) => String(label)),
  }) as const;
