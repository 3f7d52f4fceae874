/**
 * One run, from its folder's state to its result: recognised as finished, continued from a checkpoint, or trained from the start. The
 * folder then holds run.json, the logs (train/run-log.ts), model/, predictions.jsonl and result.json; checkpoints/ is there only until the
 * result is.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { TokenizedDataset } from '../data/types.js';
import { TeacherEnsemble } from '../distill/ensemble.js';
import type { TeacherOutputs } from '../distill/teacher-store.js';
import { modelFolderHash } from '../nn/model-folder.js';
import type { MetricName } from '../metrics/index.js';
import type { TaskScores } from '../train/events.js';
import { removeLogs } from '../train/run-log.js';
import { teacherOutputs } from '../train/teacher-outputs.js';
import type { TrainingTask } from '../train/step-maker.js';
import { BornAgainError } from '../util/errors.js';
import type { PlannedRun } from './arms.js';
import type { ModelReference, RunContext, RunSources } from './context.js';
import { adoptRun, type FinishedRun } from './adopt-run.js';
import { fitModel } from './fit-model.js';
import { damagedFile } from './model-damage.js';
import { findShared, shareRun } from './run-store.js';
import { removeCheckpoints } from './leftovers.js';
import { predictionsFile, writePredictions } from './predictions.js';
import {
  readRunRecord,
  readRunStart,
  removeRunRecord,
  writeRunRecord,
  writeRunStart,
  type RunRecord,
  type RunStart,
} from './run-record.js';
import { scoreKeptModel } from './score-model.js';
import {
  differencesOf,
  requireSameComputation,
  requireSameSettings,
  runSettings,
  sameSettings,
  settingsHash,
  tasksScoredOtherwise,
  type Settings,
} from './settings.js';

export function settingsOf({ inputs }: RunContext, run: PlannedRun, sources: RunSources): Settings {
  return runSettings(run, inputs, sources);
}

/** The result of that very run, or null: not finished, finished with other settings, or without its model whole or its predictions. */
export async function finishedRun(folder: string, settings: Settings): Promise<RunRecord | null> {
  const record = await trainedRun(folder, settings);
  return record !== null && unscored(folder, record, settings) === null ? record : null;
}

/** Why the model is to be scored once more; null where its predictions are there, and what these settings tell of them is in the record. */
function unscored(folder: string, { failed, settings: scoredBy }: RunRecord, settings: Settings): string | null {
  const others = tasksScoredOtherwise(scoredBy, settings);
  if (others.length > 0) return `the metrics of ${others.join(', ')} have changed since it was scored; its model is scored by them`;
  const whole = failed !== undefined && existsSync(predictionsFile(folder));
  return whole ? null : 'its predictions are missing or not counted; its model makes them again';
}

/** As `finishedRun`, but the predictions may be missing, or what an earlier version did not read off them, or other metrics told. */
async function trainedRun(folder: string, settings: Settings): Promise<RunRecord | null> {
  const record = await readRunRecord(folder);
  if (record === null || !sameSettings(record.settings, settings)) return null;
  return (await damagedFile(folder)) === null ? record : null;
}

/** Where the run would be finished but for its model. */
async function tellDamage({ onEvent }: RunContext, { id: runId }: PlannedRun, folder: string, settings: Settings): Promise<void> {
  const record = await readRunRecord(folder);
  if (record === null || !sameSettings(record.settings, settings)) return;
  const message = `${await damagedFile(folder)} is damaged or missing; the finished model is made anew`;
  onEvent({ kind: 'notice', level: 'warning', runId, message });
}

export interface RunPlace {
  readonly folder: string;
  readonly sources: RunSources;
  /** The same training, finished elsewhere: it is taken over where it is whole. */
  readonly twin: FinishedRun | null;
  /** What to do with a folder that was begun with other settings: start it anew with a notice, or refuse. */
  readonly onOtherSettings: 'restart' | 'refuse';
}

/**
 * Trains and scores a run, from its checkpoint where it has one; or takes a finished one over. One that the folder holds finished is left
 * as it is, and a model that lacks only its predictions is not trained again: it predicts.
 * @throws BornAgainError ERR_OUTPUT_FOLDER (refused, or begun with another engine or precision), and what training, scoring and writing
 *   throw; whatever was finished stays
 */
export async function trainRun(context: RunContext, run: PlannedRun, place: RunPlace): Promise<RunRecord> {
  const { folder, sources } = place;
  const settings = settingsOf(context, run, sources);
  const trained = await trainedRun(folder, settings);
  if (trained === null) await tellDamage(context, run, folder, settings);
  const kept =
    trained === null ? null : await scoredRun(context, run, folder, { ...trained, settings }, unscored(folder, trained, settings));
  const record = kept ?? (await makeRun(context, run, place, settings));
  await removeCheckpoints(folder);
  context.onEvent({ kind: 'run-finished', runId: run.id, seconds: record.seconds, model: join(folder, 'model') });
  return record;
}

/** Takes the run over from where it is finished, or trains it. */
async function makeRun(context: RunContext, run: PlannedRun, place: RunPlace, settings: Settings): Promise<RunRecord> {
  const { folder, onOtherSettings } = place;
  const started = performance.now();
  const begun = await readRunStart(folder);
  if (begun !== null && onOtherSettings === 'refuse') requireSameSettings(folder, begun.settings, settings);
  const twin = place.twin ?? (await sharedTwin(context, run, settings));
  const adopted = twin === null ? null : await takeOver(context, run, folder, settings, twin);
  if (adopted !== null) return adopted;
  const record = await fitRun(context, run, place, { settings, started, begun });
  await share(context, run, folder, record);
  return record;
}

interface RunBeginning {
  readonly settings: Settings;
  /** By the process's clock. */
  readonly started: number;
  readonly begun: RunStart | null;
}

async function fitRun(context: RunContext, run: PlannedRun, { folder, sources }: RunPlace, beginning: RunBeginning): Promise<RunRecord> {
  const { started, begun } = beginning;
  const goesOn = begun !== null && sameSettings(begun.settings, beginning.settings);
  // As they were written when it was begun: its checkpoints are known by them.
  const identity = goesOn ? begun.settings : beginning.settings;
  // Before anything is removed: teachers that cannot be asked must not cost what the folder holds.
  const tasks = await trainingTasks(context, run, sources);
  const { computes } = context;
  if (goesOn) requireSameComputation(folder, begun.computes, computes);
  // A result beside a training would be of the one before, and its logs and its model are on their way out.
  await removeRunRecord(folder);
  if (!goesOn && begun !== null) await startAnew(context, run, folder, differencesOf(begun.settings, identity));
  await writeRunStart(folder, { settings: identity, computes });
  const fitted = await fitModel(context, run, tasks, { folder, identity: settingsHash(identity), initial: sources.initial });
  const seconds = (performance.now() - started) / 1000;
  const { arm, tasks: names, seed } = run;
  const modelHash = await modelFolderHash(join(folder, 'model'));
  return writeRunRecord(folder, { arm, tasks: [...names], seed, ...fitted, seconds, modelHash, computes, settings: beginning.settings });
}

/** An entry of the store that cannot be read is as good as none; the run replaces it when it is finished. */
export async function sharedTwin(context: RunContext, run: PlannedRun, settings: Settings): Promise<FinishedRun | null> {
  try {
    return await findShared(settings, context);
  } catch (error) {
    if (!(error instanceof BornAgainError)) throw error;
    context.onEvent({ kind: 'notice', level: 'warning', runId: run.id, message: `the shared run is not taken: ${error.message}` });
    return null;
  }
}

/** Null where the twin is not whole. */
async function takeOver(
  context: RunContext,
  run: PlannedRun,
  folder: string,
  settings: Settings,
  twin: FinishedRun,
): Promise<RunRecord | null> {
  const record = await adoptRun(context, run, folder, settings, twin);
  const message =
    record === null
      ? `${twin.folder} holds this training, but not the model it was finished with; it is trained here`
      : `the same training is finished in ${twin.folder} and is taken over from there`;
  context.onEvent({ kind: 'notice', level: record === null ? 'warning' : 'info', runId: run.id, message });
  return record;
}

/** A store that cannot be written costs the run nothing: it is finished in its own folder. */
async function share(context: RunContext, run: PlannedRun, folder: string, record: RunRecord): Promise<void> {
  try {
    await shareRun(folder, record, context);
  } catch (error) {
    if (!(error instanceof BornAgainError)) throw error;
    context.onEvent({ kind: 'notice', level: 'warning', runId: run.id, message: `it is not shared: ${error.message}` });
  }
}

/**
 * Scores the model of a trained run where something says why, and writes its predictions.
 * @returns the completed record; null, and no file written, where the model is not the one of the record or does not score as it did
 */
async function scoredRun(
  context: RunContext,
  run: PlannedRun,
  folder: string,
  record: RunRecord,
  why: string | null,
): Promise<RunRecord | null> {
  if (why === null) return record;
  requireSameComputation(folder, record.computes, context.computes);
  if ((await modelFolderHash(join(folder, 'model'))) !== record.modelHash) return null;
  context.onEvent({ kind: 'notice', level: 'info', runId: run.id, message: why });
  const { answers, ...scored } = await scoreKeptModel(context, run, folder);
  if (agree(scored.scores, record.scores) && agree(scored.mismatched, record.mismatched)) {
    await writePredictions(folder, answers);
    return writeRunRecord(folder, { ...record, ...scored });
  }
  const message = 'its model does not score here as it did where it was trained; it is trained from the start';
  context.onEvent({ kind: 'notice', level: 'warning', runId: run.id, message });
  return null;
}

/** In the metrics that both have. */
function agree(a: TaskScores, b: TaskScores): boolean {
  return Object.entries(a).every(([task, scores]) => {
    const others = b[task] ?? {};
    return (Object.keys(scores) as MetricName[]).every((metric) => others[metric] === undefined || scores[metric] === others[metric]);
  });
}

/** Drops what the earlier training left. Its model, which says of itself what it is, stays until the new one replaces it. */
async function startAnew(context: RunContext, run: PlannedRun, folder: string, changed: string): Promise<void> {
  const message = `what it depends on has changed since it was begun (${changed}); it is trained from the start`;
  context.onEvent({ kind: 'notice', level: 'warning', runId: run.id, message });
  await removeCheckpoints(folder);
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
  { teacherOutputsDir, config, cores, signal }: RunContext,
  run: PlannedRun,
  dataset: TokenizedDataset,
  teachers: readonly ModelReference[],
): Promise<TeacherEnsemble | null> {
  if (teachers.length === 0) return null;
  const request = { dataset, folder: teacherOutputsDir, runtime: config.runtime, cores, signal };
  const outputs: TeacherOutputs[] = [];
  for (const teacher of teachers) outputs.push(await teacherOutputs({ ...teacher, ...request }));
  return new TeacherEnsemble(dataset.task.kind, outputs, run.config.distillation.temperature);
}
