/**
 * Whose folder is OUT? `experiment.json` says with which settings and which input an experiment was begun; a folder of another one, or one
 * that holds such results without saying whose, is refused before anything in it is touched.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { configSchema, type Config } from '../config/schema.js';
import { BornAgainError } from '../util/errors.js';
import { errnoOf, ioError } from '../util/io-error.js';
import { writeJsonFile } from '../util/json-file.js';
import { readOutputJson, readRunStart, settingsSchema } from './run-record.js';
import { configSettings, inputSettings, requireSameSettings, type InputHashes } from './settings.js';

const experimentSchema = z.strictObject({
  format: z.literal(1),
  /** Of the last call: arms and seeds may have been added since the first. */
  config: configSchema,
  settings: settingsSchema,
  inputs: settingsSchema,
});
type ExperimentFile = z.infer<typeof experimentSchema>;

/** What this project writes into an output folder, by whichever command. */
const OWN_ENTRIES = new Set([
  'runs',
  'results.json',
  'run.json',
  'result.json',
  'model',
  'checkpoints',
  'steps.jsonl',
  'plan.json',
  'predictions.jsonl',
  'teacher-outputs',
]);

/**
 * First check, before data are read: the configuration.
 * @returns what experiment.json says; null for a folder to begin in
 * @throws BornAgainError ERR_OUTPUT_FOLDER
 */
export async function checkOutputFolder(outDir: string, config: Config): Promise<ExperimentFile | null> {
  const experiment = await readOutputJson(join(outDir, 'experiment.json'), experimentSchema);
  if (experiment === null) await requireNoResults(outDir);
  else requireSameSettings(outDir, experiment.settings, configSettings(config));
  return experiment;
}

/** Second check, when data and model are known; then the folder is this experiment's. Throws ERR_OUTPUT_FOLDER, ERR_IO. */
export async function claimOutputFolder(outDir: string, found: ExperimentFile | null, config: Config, hashes: InputHashes): Promise<void> {
  const inputs = inputSettings(hashes);
  if (found !== null) requireSameSettings(outDir, found.inputs, inputs);
  await writeJsonFile(join(outDir, 'experiment.json'), { format: 1, config, settings: configSettings(config), inputs });
}

/** For a folder that is to hold one model: an experiment's, or one with results that no run.json explains, is refused. Throws ERR_OUTPUT_FOLDER. */
export async function checkTrainingFolder(outDir: string): Promise<void> {
  if ((await readOutputJson(join(outDir, 'experiment.json'), experimentSchema)) !== null) {
    const message = `${outDir} holds an experiment of 'bornagain run'. Nothing was changed. Choose another output folder for a single model`;
    throw new BornAgainError('ERR_OUTPUT_FOLDER', message, { outDir });
  }
  if ((await readRunStart(outDir)) === null) await requireNoResults(outDir);
}

async function requireNoResults(outDir: string): Promise<void> {
  const own = (await entries(outDir)).filter((name) => OWN_ENTRIES.has(name));
  if (own.length === 0) return;
  throw new BornAgainError(
    'ERR_OUTPUT_FOLDER',
    `${outDir} already holds ${own.join(', ')}, but nothing that says which training it is of. Nothing was changed. Choose another output folder`,
    { outDir, entries: own },
  );
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw ioError('read', folder, error);
  }
}
