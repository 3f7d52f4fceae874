/** Everything the report shows, read from an experiment's output folder: results, each run's record, course and answers. */
import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { planRuns, type PlannedRun } from '../../experiment/arms.js';
import { readCalls, type Call } from '../../experiment/calls.js';
import { findCurrentRecords } from '../../experiment/current-records.js';
import { readExperimentFile } from '../../experiment/output-folder.js';
import type { ExperimentResults } from '../../experiment/results.js';
import type { RunRecord } from '../../experiment/run-record.js';
import type { Settings } from '../../experiment/settings.js';
import { runFolder } from '../../experiment/sources.js';
import { readBertConfig } from '../../nn/bert-config.js';
import { taskRegistry, type TaskRegistry } from '../../tasks/index.js';
import type { SelectionLogEntry } from '../../train/run-log.js';
import { BornAgainError } from '../../util/errors.js';
import { readAnswers, type TaskAnswers } from './answers.js';
import { readEvaluations } from './evaluations.js';
import { readResults } from './results-file.js';
import { readTrainingCourse, type TrainingCourse } from './training-course.js';

/** A finished run. */
export interface LoadedRun {
  readonly run: PlannedRun;
  readonly record: RunRecord;
  /** Null where its log is gone. */
  readonly course: TrainingCourse | null;
  /** On dev, during the training and at its end; empty where dev played no part in it. */
  readonly evaluations: readonly SelectionLogEntry[];
  /** By task; null where its predictions are gone. */
  readonly answers: ReadonlyMap<string, TaskAnswers> | null;
}

export interface LoadedExperiment {
  readonly outDir: string;
  readonly config: Config;
  readonly registry: TaskRegistry;
  readonly results: ExperimentResults;
  /** In the order of training, teachers that no arm asks for included. */
  readonly runs: readonly LoadedRun[];
  /** Runs that the plan has, finished or not. */
  readonly planned: number;
  /** Hashes of model and data; null in a folder without experiment.json. */
  readonly inputs: Settings | null;
  /** Every call that worked on the folder, oldest first. */
  readonly calls: readonly Call[];
  /** Encoder layers of the trained models; null where no model is left. */
  readonly layers: number | null;
}

/**
 * Reads only.
 * @throws BornAgainError ERR_OUTPUT_FOLDER: no experiment's folder, or a malformed file in it; ERR_IO
 */
export async function loadExperiment(outDir: string): Promise<LoadedExperiment> {
  const results = await readResults(outDir);
  const { config } = results;
  const registry = taskRegistry(config);
  const plan = planRuns(config);
  const records = await findCurrentRecords(outDir, plan, registry);
  const runs: LoadedRun[] = [];
  for (const run of plan) {
    const record = records.get(run.id);
    if (record !== undefined) runs.push(await loadRun(outDir, run, record, registry));
  }
  const file = await readExperimentFile(outDir);
  return {
    outDir,
    config,
    registry,
    results,
    runs,
    planned: plan.length,
    inputs: file?.inputs ?? null,
    calls: await readCalls(outDir),
    layers: await encoderLayers(outDir, runs),
  };
}

async function loadRun(outDir: string, run: PlannedRun, record: RunRecord, registry: TaskRegistry): Promise<LoadedRun> {
  const folder = runFolder(outDir, run.id);
  return {
    run,
    record,
    course: await readTrainingCourse(folder, record.steps),
    evaluations: await readEvaluations(folder),
    answers: await readAnswers(folder, registry),
  };
}

/** All models of an experiment start from one encoder. A folder without its models (published results, say) is no error. */
async function encoderLayers(outDir: string, runs: readonly LoadedRun[]): Promise<number | null> {
  const [first] = runs;
  if (first === undefined) return null;
  try {
    return (await readBertConfig(join(runFolder(outDir, first.run.id), 'model'))).layers;
  } catch (error) {
    if (error instanceof BornAgainError) return null;
    throw error;
  }
}
