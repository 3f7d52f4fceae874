/**
 * Whose folder is OUT? `experiment.json` says with which settings and which input an experiment was begun; a folder of another one, or one
 * that holds such results without saying whose, is refused before anything in it is touched.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { configSchema, type Config } from '../config/schema.js';
import type { Computation } from '../train/computation.js';
import { BornAgainError } from '../util/errors.js';
import { writeJsonFile } from '../util/json-file.js';
import type { PlannedRun } from './arms.js';
import type { RunContext } from './context.js';
import { earlierComputation, requireSameRuns } from './earlier-models.js';
import { CHECKPOINTS } from './leftovers.js';
import { PLAN_FILE } from './plan-file.js';
import { runFolder } from './sources.js';
import { computesSchema, readOutputJson, readRunStart, settingsSchema } from './run-record.js';
import { configSettings, inputSettings, requireSameComputation, requireSameSettings, type Settings } from './settings.js';
import { LOG_FILES } from '../train/run-log.js';
import { namesIn } from '../util/if-there.js';
import { PREDICTIONS } from './predictions.js';

const experimentSchema = z.strictObject({
  format: z.literal(1),
  /** Of the last call: arms and seeds may have been added since the first. */
  config: configSchema,
  settings: settingsSchema,
  inputs: settingsSchema,
  computes: computesSchema,
});
export type ExperimentFile = z.infer<typeof experimentSchema>;

/**
 * What this project writes into an output folder, by whichever command. Not teacher-outputs: each file there says whose answers it holds, and
 * a training whose last teacher could not be asked leaves those of the others before it has a run.json.
 */
const OWN_ENTRIES = new Set([
  ...['runs', 'results.json', PLAN_FILE, 'calls.jsonl', 'report'],
  ...['run.json', 'result.json', 'model', CHECKPOINTS, LOG_FILES.steps, LOG_FILES.selection, PREDICTIONS],
]);

/** Of these, the ones that say by themselves which experiment they are of: only `run` writes both, and each run tells its own settings. */
const EXPERIMENT_ENTRIES = ['runs', PLAN_FILE];

/** Null where there is none. Throws ERR_OUTPUT_FOLDER when it is malformed. */
export function readExperimentFile(outDir: string): Promise<ExperimentFile | null> {
  return readOutputJson(join(outDir, 'experiment.json'), experimentSchema);
}

/**
 * First check, before data are read: the configuration. A task of one's own may be described for an arm that is added.
 * @returns what experiment.json says; null for a folder to begin in, or one whose runs alone say what it is of
 * @throws BornAgainError ERR_OUTPUT_FOLDER
 */
export async function checkOutputFolder(outDir: string, config: Config): Promise<ExperimentFile | null> {
  const experiment = await readExperimentFile(outDir);
  if (experiment === null) {
    const names = await namesIn(outDir);
    // experiment.json was removed: what is there is checked run by run then (`requireSameRuns`).
    if (!EXPERIMENT_ENTRIES.every((name) => names.includes(name))) await requireNoResults(outDir);
  } else {
    const here = configSettings(config);
    requireSameSettings(outDir, experiment.settings, here, (name) => isAddedTask(name, experiment.settings, here));
  }
  return experiment;
}

/** Whether the setting is of a task that one of them does not describe at all. */
function isAddedTask(setting: string, there: Settings, here: Settings): boolean {
  const task = /^customTasks\.[^.]+\./.exec(setting)?.[0];
  if (task === undefined) return false;
  return [there, here].some((settings) => !Object.keys(settings).some((name) => name.startsWith(task)));
}

/** What a call brings to a folder, when data and model are known. */
export interface Claim {
  /** What `checkOutputFolder` found. */
  readonly found: ExperimentFile | null;
  readonly context: Pick<RunContext, 'config' | 'inputs' | 'computes'>;
  readonly plan: readonly PlannedRun[];
  /** Whether anything is left, be it to take over from the folder that experiments share. */
  readonly training: boolean;
}

/**
 * Second check, when data and model are known: inputs, the settings of the runs that are there, results that nothing explains, and where
 * anything is left, how it is computed. Arms may bring tasks of their own, so data of a split that only one call knows are no difference.
 * @returns what the folder's models were computed with so far; undefined where nothing says so
 * @throws BornAgainError ERR_OUTPUT_FOLDER, ERR_IO
 */
export async function checkClaim(outDir: string, { found, context, plan, training }: Claim): Promise<Computation | undefined> {
  if (found !== null) requireSameSettings(outDir, found.inputs, inputSettings(context.inputs), (name) => name.startsWith('data of.'));
  await requireSameRuns(outDir, found, plan, context);
  // Runs of other plans alone tell nothing of this one.
  if (found === null && !(await holdsAny(outDir, plan))) await requireNoResults(outDir);
  const begunWith = found === null ? await earlierComputation(outDir, plan) : found.computes;
  if (training) requireSameComputation(outDir, begunWith, context.computes);
  return begunWith;
}

/**
 * `checkClaim`; then the folder is this experiment's.
 * @returns what its models are computed with; null where an earlier version, which did not record it, finished them all
 * @throws BornAgainError ERR_OUTPUT_FOLDER, ERR_IO
 */
export async function claimOutputFolder(outDir: string, claim: Claim): Promise<Computation | null> {
  const { found, context, training } = claim;
  const begunWith = await checkClaim(outDir, claim);
  const inputs = { ...found?.inputs, ...inputSettings(context.inputs) };
  const computes = training ? context.computes : begunWith;
  const { config } = context;
  await writeJsonFile(join(outDir, 'experiment.json'), { format: 1, config, settings: configSettings(config), inputs, computes });
  return computes ?? null;
}

/** Whether a run of the plan was begun there. */
async function holdsAny(outDir: string, plan: readonly PlannedRun[]): Promise<boolean> {
  for (const { id } of plan) if ((await readRunStart(runFolder(outDir, id))) !== null) return true;
  return false;
}

/** For a folder that is to hold one model: an experiment's, or one with results that no run.json explains, is refused. Throws ERR_OUTPUT_FOLDER. */
export async function checkTrainingFolder(outDir: string): Promise<void> {
  if ((await readExperimentFile(outDir)) !== null) {
    const message = `${outDir} holds an experiment of 'bornagain run'. Nothing was changed. Choose another output folder for a single model`;
    throw new BornAgainError('ERR_OUTPUT_FOLDER', message, { outDir });
  }
  if ((await readRunStart(outDir)) === null) await requireNoResults(outDir);
}

async function requireNoResults(outDir: string): Promise<void> {
  const own = (await namesIn(outDir)).filter((name) => OWN_ENTRIES.has(name));
  if (own.length === 0) return;
  throw new BornAgainError(
    'ERR_OUTPUT_FOLDER',
    `${outDir} already holds ${own.join(', ')}, but nothing that says which training it is of. Nothing was changed. Choose another output folder`,
    { outDir, entries: own },
  );
}
