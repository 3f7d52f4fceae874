/**
 * A finished run taken over from where it was trained before, by its settings: from another arm of the experiment that came to the same
 * training, or from a folder that experiments share. Weights are linked (they are only ever replaced, never written into), the rest is
 * copied; the model then says the name it has here.
 */
import { existsSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { modelDepartures } from '../config/load.js';
import { readHeadsFile, type HeadsDescription, type ModelInfo } from '../nn/heads-file.js';
import { copyModelFolder, modelFolderHash } from '../nn/model-folder.js';
import { LOG_FILES } from '../train/run-log.js';
import { removeEventFiles } from '../train/tensorboard/event-files.js';
import { BornAgainError } from '../util/errors.js';
import { attemptIo } from '../util/io-error.js';
import type { PlannedRun } from './arms.js';
import type { RunContext } from './context.js';
import { writeRunRecord, writeRunStart, type RunRecord } from './run-record.js';
import type { Settings } from './settings.js';
import { PREDICTIONS } from './predictions.js';

export interface FinishedRun {
  readonly folder: string;
  readonly record: RunRecord;
}

/** Logs of a finished run, and what its model answered. */
const RUN_LOGS = [...Object.values(LOG_FILES), PREDICTIONS];

/**
 * Fills `folder` as if the run had been trained there.
 * @returns null where the source's model is not the one its record tells of: it was damaged or changed
 * @throws BornAgainError ERR_IO
 */
export async function adoptRun(
  { modelDir }: Pick<RunContext, 'modelDir'>,
  run: PlannedRun,
  folder: string,
  settings: Settings,
  source: FinishedRun,
): Promise<RunRecord | null> {
  const model = join(source.folder, 'model');
  const description = await wholeModel(source);
  if (description === null) return null;
  const { info } = description;
  const made = info.made === undefined ? {} : { made: madeHere(info.made, run, modelDir) };
  await writeRunStart(folder, { settings, computes: source.record.computes });
  await copyLogs(source.folder, folder);
  // Curves are not copied, and those of a training that was stopped here are not this model's.
  await removeEventFiles(folder);
  await copyModelFolder(model, join(folder, 'model'), { ...info, arm: run.arm, preset: run.config.preset, ...made });
  const { format: _format, ...record } = source.record;
  return writeRunRecord(folder, { ...record, arm: run.arm, settings });
}

/**
 * What the model of a finished run says of itself.
 * @returns null where it is not the one of the record, or cannot be read: it was damaged, or somebody is just replacing it
 */
export async function wholeModel({ folder, record }: FinishedRun): Promise<HeadsDescription | null> {
  const model = join(folder, 'model');
  try {
    return (await modelFolderHash(model)) === record.modelHash ? await readHeadsFile(model) : null;
  } catch (error) {
    if (error instanceof BornAgainError) return null;
    throw error;
  }
}

/** The same making, told as this experiment's configuration and folders have it. */
function madeHere(made: NonNullable<ModelInfo['made']>, { config }: PlannedRun, modelDir: string): ModelInfo['made'] {
  return { ...made, encoder: { ...made.encoder, name: basename(resolve(modelDir)) }, departures: modelDepartures(config) };
}

/** Copies, because a log is written on. What the one folder has not is not left in the other from an earlier training either. Throws ERR_IO. */
export async function copyLogs(from: string, to: string): Promise<void> {
  for (const name of RUN_LOGS) {
    const [source, target] = [join(from, name), join(to, name)];
    await attemptIo('write', target, async () => {
      await rm(target, { force: true });
      if (existsSync(source)) await copyFile(source, target);
    });
  }
}
