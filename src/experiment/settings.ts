/**
 * What a result depends on, as flat named values: two experiments, or two runs, are the same when their settings are. Arms and further
 * seeds may be added to an experiment; where it computes (`runtime`; but see `requireSameComputation`), how it is told (`report`, `logging`)
 * and the preset's name decide nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Config, TrainingShape } from '../config/schema.js';
import type { Computation } from '../train/computation.js';
import { selects } from '../train/selection.js';
import { BornAgainError } from '../util/errors.js';
import { sha256 } from '../util/hash.js';
import type { RunKind } from './arms.js';
import type { RunSources } from './context.js';

/**
 * Version of all code that decides what a training comes to: raise it when the same settings would train to another model. It belongs to
 * a run's settings, so runs of another version are trained again.
 */
export const TRAINING_VERSION = 1 as number;

/** How many settings that differ a message names. */
const SHOWN = 4;

export type Settings = Readonly<Record<string, string | number | boolean | null>>;

/** Content hashes of what goes in. */
export interface InputHashes {
  /** The initial weights' folder. */
  readonly model: string;
  /** By `<task>.<split>`. */
  readonly data: Readonly<Record<string, string>>;
}

/** Nested records to `a.b.c` keys; arrays to a comma-separated text. */
function flatten(value: object, prefix: string): Record<string, string | number | boolean | null> {
  const flat: Record<string, string | number | boolean | null> = {};
  for (const [key, entry] of Object.entries(value) as [string, unknown][]) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (Array.isArray(entry)) flat[name] = entry.join(',');
    else if (typeof entry === 'object' && entry !== null) Object.assign(flat, flatten(entry, name));
    else flat[name] = entry as string | number | boolean | null;
  }
  return flat;
}

/**
 * The part of an experiment's settings that the configuration gives. The first seed is in it because its models are by default the
 * teachers of every distilled run; which models do teach a run is in that run's settings (`teacher of`). Variants are arms: they may be
 * added, and what one says is in its runs' settings.
 */
export function configSettings(config: Config): Settings {
  const {
    preset: _preset,
    arms: _arms,
    variants: _variants,
    seeds,
    runtime: _runtime,
    report: _report,
    logging: _logging,
    selection,
    ...decisive
  } = config;
  const shapes = { single: shapeSettings(config.single), multi: shapeSettings(config.multi) };
  const model = modelSettings(config.model);
  return { ...flatten({ ...decisive, ...shapes, model, ...selectionSettings(selection) }, ''), 'seeds[0]': seeds[0] ?? null };
}

/** The usual way to draw heads goes without saying: runs older than the choice had it. */
function modelSettings({ headInit, ...model }: Config['model']): object {
  return headInit === 'truncated_normal' ? model : { ...model, headInit };
}

/**
 * Whole batches are the rule and go without saying; micro-batches sum in another order and have other dropout masks. A grid decides nothing
 * by itself: its trials have their settings, and the run that it is for has the one that was chosen.
 */
function shapeSettings({ accumulate, grid: _grid, ...shape }: TrainingShape): object {
  return accumulate === 1 ? shape : { ...shape, accumulate };
}

/** Nothing while dev plays no part in a training: how it would have been looked at decides nothing then. */
function selectionSettings(selection: Config['selection']): { selection?: Config['selection'] } {
  return selects(selection) ? { selection } : {};
}

export function inputSettings({ model, data }: InputHashes): Settings {
  return { 'model folder': model, ...flatten(data, 'data of') };
}

export interface DecidedRun {
  readonly kind: RunKind;
  readonly tasks: readonly string[];
  readonly seed: number;
  readonly config: Config;
}

/** Everything one run's model and scores depend on, teachers and initial weights by their hashes. */
export function runSettings({ kind, tasks, seed, config }: DecidedRun, inputs: InputHashes, { teachers, initial }: RunSources): Settings {
  const { data, sampling, selection, loss, optimizer, schedule } = config;
  const model = modelSettings(config.model);
  const customTasks = Object.fromEntries(Object.entries(config.customTasks).filter(([name]) => tasks.includes(name)));
  const own = Object.entries(inputs.data).filter(([name]) => tasks.includes(name.slice(0, name.indexOf('.'))));
  const shape = kind === 'single' ? { single: shapeSettings(config.single) } : { multi: shapeSettings(config.multi) };
  const hashes = Object.entries(teachers).map(([task, models]) => [task, models.map(({ hash }) => hash)] as const);
  const distillation = hashes.length === 0 ? {} : { distillation: config.distillation, 'teacher of': Object.fromEntries(hashes) };
  return {
    kind,
    ...flatten({ tasks, seed, ...shape, data, sampling, ...distillation, loss, optimizer, schedule, model, customTasks }, ''),
    ...flatten(selectionSettings(selection), ''),
    // Runs older than the version say nothing, which is 1.
    ...(TRAINING_VERSION === 1 ? {} : { 'training version': TRAINING_VERSION }),
    ...(initial === null ? {} : { 'initial model': initial.hash }),
    ...inputSettings({ model: inputs.model, data: Object.fromEntries(own) }),
  };
}

/** A task's title is what is printed, its test file what `eval` may read: recorded, but no training comes to another model by them. */
const TELLS_ONLY = /^customTasks\.[^.]+\.(title|files\.test)$/;

/** What answers are scored by. A training comes to another model by it only where it is looked at on dev (`selection`). */
const SCORES_BY = /^customTasks\.[^.]+\.(metrics|mainMetric)$/;
const SELECTS = /^selection\./;

/** Whether all that decides the model has the same values in both, in any order. */
export function sameSettings(a: Settings, b: Settings): boolean {
  return differingNames(a, b).length === 0;
}

/** Of settings that are the same: the tasks whose metrics are not, so that the model is to be scored by others than it was. */
export function tasksScoredOtherwise(a: Settings, b: Settings): string[] {
  const names = namesOf(a, b).filter((name) => SCORES_BY.test(name) && a[name] !== b[name]);
  return [...new Set(names.map((name) => name.split('.')[1] as string))];
}

/** The same for settings that are written alike, in any order. Not for all that `sameSettings` finds the same: see `decisiveHash`. */
export function settingsHash(settings: Settings): string {
  return sha256(JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The same for settings that decide the same model and are scored by the same metrics. */
export function decisiveHash(settings: Settings): string {
  return settingsHash(Object.fromEntries(Object.entries(settings).filter(([name]) => !TELLS_ONLY.test(name))));
}

/**
 * @param found what the folder was started with
 * @param wanted what this call is for
 * @param addable whether a setting of that name is no difference where only one of them has it
 * @throws BornAgainError ERR_OUTPUT_FOLDER naming the first settings that differ; its details name all
 */
export function requireSameSettings(
  outDir: string,
  found: Settings,
  wanted: Settings,
  addable: (name: string) => boolean = () => false,
): void {
  const inBoth = (name: string): boolean => name in found && name in wanted;
  const names = differingNames(found, wanted).filter((name) => inBoth(name) || !addable(name));
  if (names.length === 0) return;
  throw new BornAgainError(
    'ERR_OUTPUT_FOLDER',
    `${outDir} belongs to another experiment or training: ${describeDifferences(found, wanted, names)}. Nothing was changed. Choose another output folder, or the settings it was started with`,
    { outDir, settings: names },
  );
}

/** `epochs is 2 there and 3 here`, of the first of them. */
export function describeDifferences(there: Settings, here: Settings, names: readonly string[]): string {
  const differences = names.map((name) => `${settingTitle(name)} is ${show(there[name])} there and ${show(here[name])} here`);
  return fewOf(differences, '; ');
}

/**
 * For a folder with something left to train: engine and precision change results, so those of two are not to be mixed. They are no
 * settings, since a finished result is as good on any machine.
 * @param found what the folder was begun with; undefined where a version that did not record it did
 * @throws BornAgainError ERR_OUTPUT_FOLDER
 */
export function requireSameComputation(outDir: string, found: Computation | undefined, here: Computation): void {
  if (found === undefined || isDeepStrictEqual(found, here)) return;
  const words = ({ device, engine, precision }: Computation): string => `the ${engine} engine in ${precision} on ${device}`;
  const message =
    `${outDir} was begun with ${words(found)}, and here it would go on with ${words(here)}: the results would not be comparable. ` +
    `Nothing was changed. Take --set runtime.device=${found.device} runtime.engine=${found.engine} runtime.precision=${found.precision}, ` +
    `or choose another output folder`;
  throw new BornAgainError('ERR_OUTPUT_FOLDER', message, { outDir, found, here });
}

/** Of the settings by which the two are not `sameSettings`. */
export function differingNames(a: Settings, b: Settings): string[] {
  const names = namesOf(a, b);
  const selected = names.some((name) => SELECTS.test(name));
  return names.filter((name) => a[name] !== b[name] && !TELLS_ONLY.test(name) && (selected || !SCORES_BY.test(name)));
}

function namesOf(a: Settings, b: Settings): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

/** Names of what differs, for a message. */
export function differencesOf(a: Settings, b: Settings): string {
  return fewOf(differingNames(a, b).map(settingTitle), ', ');
}

/** `data of rte, train`; `data of.rte.train` is how it is recorded. */
export function settingTitle(name: string): string {
  return name.replace(/^data of\.([^.]+)\.([^.]+)$/, 'data of $1, $2').replace(/^teacher of\./, 'teacher of ');
}

/** A task more or less is twenty settings that differ. */
function fewOf(items: readonly string[], separator: string): string {
  const more = items.length - SHOWN;
  return more <= 0 ? items.join(separator) : `${items.slice(0, SHOWN).join(separator)} and ${more} more`;
}

/** Hashes are cut: twelve digits tell two of them apart. */
function show(value: Settings[string] | undefined): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : String(value);
}
