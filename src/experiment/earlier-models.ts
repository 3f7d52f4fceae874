/**
 * Models that OUT holds from earlier calls, against what this call would train in their place. What a reader would get wrong: not each that is
 * trained anew is refused. Teachers change where seeds or a grid's settings are added, and their students follow; a variant's own settings
 * change by mistake, and are as decisive as the experiment's.
 */
import type { Config } from '../config/schema.js';
import type { Computation } from '../train/computation.js';
import { BornAgainError } from '../util/errors.js';
import { formatPlural } from '../util/format.js';
import { teachersOf, type PlannedRun } from './arms.js';
import type { ModelReference, RunContext, RunSources } from './context.js';
import type { ExperimentFile } from './output-folder.js';
import { readRunRecord, readRunStart } from './run-record.js';
import { describeDifferences, differingNames, runSettings, sameSettings, type Settings } from './settings.js';
import { runFolder } from './sources.js';

/** A model that was finished or begun with other settings than this call has for it. */
interface Replaced {
  readonly run: PlannedRun;
  readonly there: Settings;
  readonly here: Settings;
  readonly names: readonly string[];
}

/**
 * Refuses settings with which finished or begun models would be replaced: a variant's own, and all that experiment.json says nothing of or
 * that is not there to say.
 * @param found what experiment.json says
 * @throws BornAgainError ERR_OUTPUT_FOLDER; nothing was touched
 */
export async function requireSameRuns(
  outDir: string,
  found: ExperimentFile | null,
  plan: readonly PlannedRun[],
  context: Pick<RunContext, 'config' | 'inputs'>,
): Promise<void> {
  const { config } = context;
  const replaced: Replaced[] = [];
  for (const run of plan) {
    const other = await replacedBy(outDir, found, run, context);
    if (other !== null) replaced.push(other);
  }
  const [first] = replaced;
  if (first === undefined) return;
  const name = variantName(first.run);
  const differences = describeDifferences(first.there, first.here, first.names);
  const own = replaced.filter(({ run }) => variantName(run) === name);
  const whose = isVariant(config, name) ? `variant ${name}` : `arm ${name}`;
  const advice = isVariant(config, name)
    ? `Give the variant another name, choose another output folder, or remove the variant's folders below ${outDir}/runs to train it anew`
    : 'Take the settings they were trained with, or choose another output folder';
  const message = `${outDir} holds ${formatPlural(own.length, 'model')} of ${whose} with other settings: ${differences}. Nothing was changed. ${advice}`;
  throw new BornAgainError('ERR_OUTPUT_FOLDER', message, { outDir, arm: name, settings: first.names, runs: own.map(({ run }) => run.id) });
}

function isVariant({ variants }: Config, name: string): boolean {
  return Object.hasOwn(variants, name);
}

/** What a folder without experiment.json was computed with, as the first of its runs says; undefined where none does. Throws ERR_OUTPUT_FOLDER. */
export async function earlierComputation(outDir: string, plan: readonly PlannedRun[]): Promise<Computation | undefined> {
  for (const { id } of plan) {
    const folder = runFolder(outDir, id);
    const computes = (await readRunRecord(folder))?.computes ?? (await readRunStart(folder))?.computes;
    if (computes !== undefined) return computes;
  }
  return undefined;
}

/** `slow` of a trial of its grid too, `slow@rate-0.001-decay-1`. */
function variantName({ arm }: PlannedRun): string {
  return arm.split('@')[0] as string;
}

/** Null where there is no model, or one of these settings. */
async function replacedBy(
  outDir: string,
  found: ExperimentFile | null,
  run: PlannedRun,
  { config, inputs }: Pick<RunContext, 'config' | 'inputs'>,
): Promise<Replaced | null> {
  const folder = runFolder(outDir, run.id);
  const here = runSettings(run, inputs, anySources(run));
  const kept = [await readRunRecord(folder), await readRunStart(folder)].filter((start) => start !== null).map(({ settings }) => settings);
  const differences = kept.map((there) => ({
    there,
    names: differingNames(there, here).filter((name) => decides(name, run, [there, here])),
  }));
  const [first] = differences;
  if (first === undefined) return null;
  const teachers = changedTeachers(found, variantName(run), config);
  if (teachers !== null) return { run, there: teachers.there, here: teachers.here, names: Object.keys(teachers.here) };
  return differences.some(({ names }) => names.length === 0) ? null : { run, here, ...first };
}

/** As many as it will have, of no matter which hash. */
function anySources({ teachers, initial }: PlannedRun): RunSources {
  const any: ModelReference = { modelDir: '', hash: '' };
  return {
    teachers: Object.fromEntries(Object.entries(teachers).map(([task, ids]) => [task, ids.slice(0, 1).map(() => any)])),
    initial: initial === null ? null : any,
  };
}

/** Not by which models it is taught or started from, nor what its grid chose: that is known only when those are finished. */
function decides(name: string, { kind, grid }: PlannedRun, both: readonly Settings[]): boolean {
  if (name === 'training version') return false;
  if (grid !== null && [`${kind}.learningRate`, `${kind}.layerDecay`].includes(name)) return false;
  return !/^(teacher of\.|initial model$)/.test(name) || !both.every((settings) => name in settings);
}

/** Whether the last call had the variant be taught by another arm; the models' hashes alone do not tell that. */
function changedTeachers(found: ExperimentFile | null, name: string, config: Config): { there: Settings; here: Settings } | null {
  if (found === null || !isVariant(found.config, name)) return null;
  const [there, here] = [teachersOf(found.config, name), teachersOf(config, name)];
  const setting = `variants.${name}.teachers`;
  return there === here ? null : { there: { [setting]: there ?? 'none' }, here: { [setting]: here ?? 'none' } };
}

/** Whether a finished model is trained anew: `perhaps` where that hangs on models that are trained before it. */
export type Replaces = 'no' | 'perhaps' | 'yes';

/** @param settings of a run that is not finished with these; null where they are not known yet. Throws ERR_OUTPUT_FOLDER for a malformed result. */
export async function replacesModel(folder: string, settings: Settings | null): Promise<Replaces> {
  const record = await readRunRecord(folder);
  if (record === null) return 'no';
  if (settings === null) return 'perhaps';
  return sameSettings(record.settings, settings) ? 'no' : 'yes';
}
