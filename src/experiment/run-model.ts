/**
 * One run, from its folder's state to its result: recognised as finished, continued from a checkpoint, or trained from the start. The
 * folder then holds run.json, the logs (train/run-log.ts), model/, predictions.jsonl and result.json; checkpoints/ is there only until the
 * result is.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { TokenizedDataset } from '../data/types.js';
import { TeacherEnsemble } from '../distill/ensemble.js';
import type { TeacherOutputs } from '../distill/teacher-store.js';
import { modelFolderHash } from '../nn/model-folder.js';
import { removeLogs } from '../train/run-log.js';
import { teacherOutputs } from '../train/teacher-outputs.js';
import type { TrainingTask } from '../train/step-maker.js';
import { ioError } from '../util/io-error.js';
import type { PlannedRun } from './arms.js';
import type { ModelReference, RunContext, RunSources } from './context.js';
import { fitModel } from './fit-model.js';
import { predictionsFile, writePredictions } from './predictions.js';
import { readRunRecord, readRunStart, writeRunRecord, writeRunStart, type RunRecord } from './run-record.js';
import { scoreKeptModel } from './score-model.js';
import { requireSameSettings, runSettings, sameSettings, type Settings } from './settings.js';

export function settingsOf({ inputs }: RunContext, run: PlannedRun, sources: RunSources): Settings {
  return runSettings(run, inputs, sources);
}

/** The result of that very run, or null: not finished, finished with other settings, or without its model or its predictions. */
export async function finishedRun(folder: string, settings: Settings): Promise<RunRecord | null> {
  const record = await trainedRun(folder, settings);
  return existsSync(predictionsFile(folder)) ? record : null;
}

/** As `finishedRun`, but the predictions may be missing. */
async function trainedRun(folder: string, settings: Settings): Promise<RunRecord | null> {
  const record = await readRunRecord(folder);
  return record !== null && sameSettings(record.settings, settings) && existsSync(join(folder, 'model', 'config.json')) ? record : null;
}

/**
 * Trains and scores a run that is not finished (`finishedRun`), from its checkpoint where it has one. A model that lacks only its
 * predictions is not trained again: it predicts.
 * @param onOtherSettings what to do with a folder that was begun with other settings: start it anew with a notice, or refuse
 * @throws BornAgainError ERR_OUTPUT_FOLDER (refused), and what training, scoring and writing throw; whatever was finished stays
 */
export async function trainRun(
  context: RunContext,
  run: PlannedRun,
  folder: string,
  sources: RunSources,
  onOtherSettings: 'restart' | 'refuse',
): Promise<RunRecord> {
  const settings = settingsOf(context, run, sources);
  const trained = await trainedRun(folder, settings);
  if (trained !== null && (await predictAgain(context, run, folder, trained))) return trained;
  const started = performance.now();
  const begun = await readRunStart(folder);
  if (begun !== null && onOtherSettings === 'refuse') requireSameSettings(folder, begun.settings, settings);
  // Before anything is removed: teachers that cannot be asked must not cost what the folder holds.
  const tasks = await trainingTasks(context, run, sources);
  if (begun !== null && !sameSettings(begun.settings, settings)) await startAnew(context, run, folder);
  await writeRunStart(folder, settings);
  const fitted = await fitModel(context, run, tasks, folder, sources.initial);
  const seconds = (performance.now() - started) / 1000;
  const model = join(folder, 'model');
  const { arm, tasks: names, seed } = run;
  const outcome = { arm, tasks: [...names], seed, ...fitted, seconds, modelHash: await modelFolderHash(model), settings };
  const record = await writeRunRecord(folder, outcome);
  await remove(join(folder, 'checkpoints'));
  context.onEvent({ kind: 'run-finished', runId: run.id, seconds, model });
  return record;
}

/**
 * Writes the predictions that a trained model's folder lacks, because a version that kept none made it or because they were removed.
 * @returns false, and no file written, where the model is not the one of the record or does not score as it did
 */
async function predictAgain(context: RunContext, run: PlannedRun, folder: string, record: RunRecord): Promise<boolean> {
  if ((await modelFolderHash(join(folder, 'model'))) !== record.modelHash) return false;
  context.onEvent({ kind: 'notice', level: 'info', runId: run.id, message: 'its predictions are missing; its model makes them again' });
  const { answers, scores, mismatched } = await scoreKeptModel(context, run, folder);
  if (isDeepStrictEqual({ scores, mismatched }, { scores: record.scores, mismatched: record.mismatched })) {
    await writePredictions(folder, answers);
    return true;
  }
  const message = 'its model does not score here as it did where it was trained; it is trained from the start';
  context.onEvent({ kind: 'notice', level: 'warning', runId: run.id, message });
  return false;
}

/** Drops what the earlier training had not finished. Its model and result, if any, stay until the new ones replace them. */
async function startAnew(context: RunContext, run: PlannedRun, folder: string): Promise<void> {
  const message = 'what it depends on has changed since it was begun (a teacher was trained anew, say); it is trained from the start';
  context.onEvent({ kind: 'notice', level: 'warning', runId: run.id, message });
  await remove(join(folder, 'checkpoints'));
  await removeLogs(folder);
}

async function trainingTasks(context: RunContext, run: PlannedRun, sources: RunSources): Promise<TrainingTask[]> {
  const tasks: TrainingTask[] = [];
  for (const name of run.tasks) {
    const dataset = context.data.get(name, 'train');
    tasks.push({ dataset, teacher: await ensembleFor(context, run, dataset, sources.teachers[name] ?? []) });
  }
  return tasks;
}

async function ensembleFor(
  { teacherOutputsDir, config, signal }: RunContext,
  run: PlannedRun,
  dataset: TokenizedDataset,
  teachers: readonly ModelReference[],
): Promise<TeacherEnsemble | null> {
  if (teachers.length === 0) return null;
  const request = { dataset, folder: teacherOutputsDir, runtime: config.runtime, signal };
  const outputs: TeacherOutputs[] = [];
  for (const teacher of teachers) outputs.push(await teacherOutputs({ ...teacher, ...request }));
  return new TeacherEnsemble(dataset.task.kind, outputs, run.config.distillation.temperature);
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw ioError('remove', path, error);
  }
}
