/**
 * One run, from its folder's state to its result: recognised as finished, continued from a checkpoint, or trained from the start. The
 * folder then holds run.json, steps.jsonl, model/ and result.json; checkpoints/ is there only until the result is.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { modelFolderHash } from '../nn/model-folder.js';
import { teacherOutputs } from '../train/teacher-outputs.js';
import type { TrainingTask } from '../train/step-maker.js';
import { ioError } from '../util/io-error.js';
import type { PlannedRun } from './arms.js';
import type { RunContext, Teachers } from './context.js';
import { fitModel } from './fit-model.js';
import { readRunRecord, readRunStart, writeRunRecord, writeRunStart, type RunRecord } from './run-record.js';
import { requireSameSettings, runSettings, sameSettings, type Settings } from './settings.js';

export function settingsOf({ config, inputs }: RunContext, run: PlannedRun, teachers: Teachers): Settings {
  return runSettings(run, config, inputs, Object.fromEntries(Object.entries(teachers).map(([task, { hash }]) => [task, hash])));
}

/** The result of that very run, or null: not finished, finished with other settings, or without its model. */
export async function finishedRun(folder: string, settings: Settings): Promise<RunRecord | null> {
  const record = await readRunRecord(folder);
  return record !== null && sameSettings(record.settings, settings) && existsSync(join(folder, 'model', 'config.json')) ? record : null;
}

/**
 * Trains and scores a run that is not finished (`finishedRun`), from its checkpoint where it has one.
 * @param onOtherSettings what to do with a folder that was begun with other settings: start it anew with a notice, or refuse
 * @throws BornAgainError ERR_OUTPUT_FOLDER (refused), and what training, scoring and writing throw; whatever was finished stays
 */
export async function trainRun(
  context: RunContext,
  run: PlannedRun,
  folder: string,
  teachers: Teachers,
  onOtherSettings: 'restart' | 'refuse',
): Promise<RunRecord> {
  const settings = settingsOf(context, run, teachers);
  const started = performance.now();
  const begun = await readRunStart(folder);
  if (begun !== null && onOtherSettings === 'refuse') requireSameSettings(folder, begun.settings, settings);
  // Before anything is removed: teachers that cannot be asked must not cost what the folder holds.
  const tasks = await trainingTasks(context, run, teachers);
  if (begun !== null && !sameSettings(begun.settings, settings)) await startAnew(context, run, folder);
  await writeRunStart(folder, settings);
  const fitted = await fitModel(context, run, tasks, folder);
  const seconds = (performance.now() - started) / 1000;
  const model = join(folder, 'model');
  const { arm, tasks: names, seed } = run;
  const outcome = { arm, tasks: [...names], seed, ...fitted, seconds, modelHash: await modelFolderHash(model), settings };
  const record = await writeRunRecord(folder, outcome);
  await remove(join(folder, 'checkpoints'));
  context.onEvent({ kind: 'run-finished', runId: run.id, seconds, model });
  return record;
}

/** Drops what the earlier training had not finished. Its model and result, if any, stay until the new ones replace them. */
async function startAnew(context: RunContext, run: PlannedRun, folder: string): Promise<void> {
  const message = 'what it depends on has changed since it was begun (a teacher was trained anew, say); it is trained from the start';
  context.onEvent({ kind: 'notice', level: 'warning', runId: run.id, message });
  for (const name of ['checkpoints', 'steps.jsonl']) await remove(join(folder, name));
}

async function trainingTasks(context: RunContext, run: PlannedRun, teachers: Teachers): Promise<TrainingTask[]> {
  const { data, teacherOutputsDir, config, signal } = context;
  const tasks: TrainingTask[] = [];
  for (const name of run.tasks) {
    const dataset = data.get(name, 'train');
    const teacher = teachers[name];
    const request = { dataset, folder: teacherOutputsDir, runtime: config.runtime, signal };
    tasks.push({ dataset, teacher: teacher === undefined ? null : await teacherOutputs({ ...teacher, ...request }) });
  }
  return tasks;
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw ioError('remove', path, error);
  }
}
