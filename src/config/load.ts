/**
 * From preset, file and `--set` to one complete configuration. Later layers win: defaults, preset, file, then each `--set` in order. Each
 * layer is checked by itself before they are merged, so that a mistake is reported with the place it was written in.
 */
import { BornAgainError } from '../util/errors.js';
import { didYouMean, nearestName } from '../util/nearest-name.js';
import { readConfigFile } from './file.js';
import { describeIssues } from './issues.js';
import { isPlainObject, mergeConfig, type PlainObject } from './merge.js';
import { parseOverride } from './overrides.js';
import { isPresetName, PRESET_NAMES, presetValues } from './presets.js';
import { configSchema, type Config, type ConfigInput } from './schema.js';
import { requireNoneUntrained } from './untrained-tasks.js';

/** The `preset` of a configuration that started from the bare defaults. */
const NO_PRESET = 'custom';

export interface ConfigSources {
  /** Name of a preset; without it the file's own `preset` is taken, then the bare defaults. */
  readonly preset?: string | undefined;
  /** Path of a JSON file. `config` out of a results.json is one. */
  readonly file?: string | undefined;
  /** `key=value` texts. */
  readonly set?: readonly string[] | undefined;
  /** Whether `tasks` decides what is trained: it must then be written where there are `customTasks`. A model has tasks of its own. */
  readonly trainsTasks?: boolean | undefined;
}

interface Layer {
  /** Where it was written: `--set multi.epochs=3`, the file's path. */
  readonly origin: string;
  readonly values: PlainObject;
}

/**
 * The configuration that a run uses, every key present.
 * @throws BornAgainError ERR_INVALID_ARGUMENT for sources that are none, as JavaScript may give
 * @throws BornAgainError ERR_CONFIG: unknown preset or key (with the nearest), a value the schema refuses, an unreadable file, described
 * tasks that are not trained because `tasks` was forgotten
 */
export function resolveConfig(sources: ConfigSources = {}): Config {
  requireSources(sources);
  const { preset, file, set = [], trainsTasks = false } = sources;
  const fileLayer = file === undefined ? [] : [checked({ origin: file, values: readConfigFile(file) })];
  const described = fileLayer[0]?.values['customTasks'];
  const setLayers = set.map((text) => checkedOverride(text, isPlainObject(described) ? described : {}));
  if (setLayers.some(({ values }) => 'preset' in values)) {
    throw new BornAgainError('ERR_CONFIG', '--set preset=…: a preset is chosen with --preset, below everything that --set says');
  }
  const name = choosePreset(preset, file, fileLayer[0]?.values['preset']);
  const written = [...fileLayer, ...setLayers].map(({ values }) => values);
  const layers = [...(name === null ? [] : [presetValues(name)]), ...written];
  const config = configSchema.parse(mergeConfig(layers.reduce<PlainObject>(mergeConfig, {}), { preset: name ?? NO_PRESET }));
  if (trainsTasks && !written.some((values) => 'tasks' in values)) requireNoneUntrained(config);
  return config;
}

/**
 * For a configuration that a program may have changed since `resolveConfig` gave it.
 * @throws BornAgainError ERR_CONFIG with every value the schema refuses; ERR_INVALID_ARGUMENT where keys are missing, as in what
 *   `resolveConfig` is given
 */
export function checkConfig(config: Config): void {
  checked({ origin: 'options.config', values: config });
  const given = flattenConfig(config);
  const missing = Object.keys(flattenConfig(configSchema.parse(config))).filter((path) => given[path] === undefined);
  if (missing.length === 0) return;
  const named = missing.slice(0, 3).join(', ');
  const message = `options.config is not whole: it lacks ${named}${missing.length > 3 ? ', …' : ''}; resolveConfig gives one with every key`;
  throw new BornAgainError('ERR_INVALID_ARGUMENT', message, { missing });
}

/**
 * A configuration's `runtime` with the defaults where it says nothing.
 * @throws BornAgainError ERR_CONFIG with every value the schema refuses
 */
export function resolveRuntime(runtime: ConfigInput['runtime']): Config['runtime'] {
  return configSchema.parse(checked({ origin: 'runtime', values: { runtime } }).values).runtime;
}

/** A value that departs from the preset's; `preset` is null where the preset has no such key. */
export interface Departure {
  readonly preset: unknown;
  readonly value: unknown;
}

/**
 * Values of a resolved configuration that its preset does not set that way, by key path; reports tell them, and model cards `modelDepartures`. Tasks of one's
 * own are no departure: no preset could have described them.
 */
export function departuresOf(config: Config): Record<string, Departure> {
  const base = configSchema.parse(isPresetName(config.preset) ? presetValues(config.preset) : {});
  const original = flattenConfig(base);
  const changed = Object.entries(flattenConfig(config)).filter(([path, value]) => JSON.stringify(original[path]) !== JSON.stringify(value));
  const own = changed.filter(([path]) => path !== 'preset' && !path.startsWith('customTasks.'));
  const departures = own.map(([path, value]) => [path, { preset: original[path] ?? null, value }] as const);
  // What a variant leaves open is no departure from a preset without it.
  return Object.fromEntries(departures.filter(([, { preset, value }]) => preset !== value));
}

/** Where and how an experiment runs, and what is shown of it: a machine's paths are among that. */
const NOT_OF_A_MODEL = ['runtime.', 'logging.', 'report.'];

/** The departures that a model's folder tells, which may be published. */
export function modelDepartures(config: Config): Record<string, Departure> {
  const told = Object.entries(departuresOf(config)).filter(([path]) => !NOT_OF_A_MODEL.some((start) => path.startsWith(start)));
  return Object.fromEntries(told);
}

const SOURCE_NAMES = ['preset', 'file', 'set', 'trainsTasks'] as const satisfies readonly (keyof ConfigSources)[];

function requireSources(sources: ConfigSources): void {
  const given: unknown = sources;
  const fault = isPlainObject(given) ? sourceFault(given) : 'expected an object like { preset: "paper", set: ["multi.epochs=3"] }';
  if (fault !== null) throw new BornAgainError('ERR_INVALID_ARGUMENT', `resolveConfig: ${fault}`, { sources });
}

function sourceFault({ preset, file, set, ...rest }: PlainObject): string | null {
  const unknown = Object.keys(rest).find((name) => name !== 'trainsTasks');
  if (unknown !== undefined)
    return `unknown option '${unknown}'${didYouMean(nearestName(unknown, SOURCE_NAMES))} Options: ${SOURCE_NAMES.join(', ')}`;
  if (preset !== undefined && typeof preset !== 'string') return 'preset must be the name of a preset';
  if (file !== undefined && typeof file !== 'string') return 'file must be the path of a JSON file';
  const texts = set === undefined || (Array.isArray(set) && set.every((text) => typeof text === 'string'));
  return texts ? null : 'set must be a list of texts, like ["multi.epochs=3"]';
}

function checked(layer: Layer): Layer {
  const { error } = configSchema.safeParse(layer.values);
  if (error === undefined) return layer;
  const lines = describeIssues(error.issues, layer.values);
  const message = lines.length === 1 ? `${layer.origin}: ${lines[0]}` : `${layer.origin}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  throw new BornAgainError('ERR_CONFIG', message, { origin: layer.origin, issues: lines });
}

/** A task is only whole together with what the file says of it. */
function checkedOverride(text: string, customTasks: PlainObject): Layer {
  const layer = { origin: `--set ${text}`, values: parseOverride(text) };
  checked('customTasks' in layer.values ? { ...layer, values: mergeConfig({ customTasks }, layer.values) } : layer);
  return layer;
}

function choosePreset(asked: string | undefined, file: string | undefined, inFile: unknown): string | null {
  const written = typeof inFile === 'string' ? inFile : undefined;
  if (asked !== undefined && written !== undefined && asked !== written) {
    throw new BornAgainError('ERR_CONFIG', `${file} is made on the preset '${written}', --preset says '${asked}'; drop one of the two`, {
      asked,
      written,
    });
  }
  const name = asked ?? written ?? NO_PRESET;
  if (isPresetName(name)) return name;
  if (asked === undefined && name === NO_PRESET) return null;
  const nearest = nearestName(name, PRESET_NAMES);
  const origin = asked === undefined ? `${file}: preset` : '--preset';
  const message = `${origin}: unknown preset '${name}'${didYouMean(nearest)} Presets: ${PRESET_NAMES.join(', ')}`;
  throw new BornAgainError('ERR_CONFIG', message, { name, nearest });
}

/** Every value by its dotted path: `{ 'multi.epochs': 6, … }`. */
export function flattenConfig(values: object, prefix = ''): Record<string, unknown> {
  const entries = Object.entries(values).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(flattenConfig(value as object, `${prefix}${key}.`))
      : [[`${prefix}${key}`, value]],
  );
  return Object.fromEntries(entries);
}
