/**
 * Variants: arms with settings, tasks or teachers of their own, named in the configuration. What a reader would get wrong: a variant's
 * settings are those of its own training. Its teachers are trained as they always are, so an ablation changes one thing.
 */
import { BornAgainError } from '../util/errors.js';
import { didYouMean, nearestName } from '../util/nearest-name.js';
import { describeIssues } from './issues.js';
import { mergeConfig, type PlainObject } from './merge.js';
import { parseOverride } from './overrides.js';
import { ARMS, configSchema, type Arm, type Config, type Variant } from './schema.js';

/** What a variant may set: all that decides a training, but not the data, which are prepared once for the whole experiment. */
const OWN_KEYS = ['tasks', 'single', 'multi', 'sampling', 'distillation', 'loss', 'optimizer', 'schedule', 'model', 'selection'];

/** Students of the first round, needed only as teachers of the second: no arm to ask for, and no name for a variant. */
export const INTERMEDIATE_ARM = 'single-multi-single';

export function isArm(name: string): name is Arm {
  return (ARMS as readonly string[]).includes(name);
}

/** Null for one of the built-in arms. Throws ERR_CONFIG for a name that is neither arm nor variant, with the nearest. */
export function variantOf(config: Config, name: string): Variant | null {
  if (isArm(name)) return null;
  const variant = Object.hasOwn(config.variants, name) ? config.variants[name] : undefined;
  if (variant !== undefined) return variant;
  const known = [...ARMS, ...Object.keys(config.variants)];
  const nearest = nearestName(name, known);
  const message = `unknown arm '${name}'${didYouMean(nearest)} Arms and variants: ${known.join(', ')}`;
  throw new BornAgainError('ERR_CONFIG', message, { name, nearest });
}

/** The configuration an arm is trained with: the experiment's, with a variant's own settings laid over it. Throws ERR_CONFIG. */
export function configOf(config: Config, name: string): Config {
  const variant = variantOf(config, name);
  if (variant === null || variant.set.length === 0) return config;
  const origin = (text: string): string => `variants.${name}.set ${text}`;
  const layers = variant.set.map((text) => checked(origin(text), parseOverride(text)));
  return configSchema.parse(layers.reduce<PlainObject>(mergeConfig, config));
}

function checked(origin: string, values: PlainObject): PlainObject {
  const foreign = Object.keys(values).find((key) => !OWN_KEYS.includes(key));
  const { error } = configSchema.safeParse(values);
  const [issue] = error === undefined ? [] : describeIssues(error.issues, values);
  const what = issue ?? (foreign === undefined ? undefined : `a variant cannot set ${foreign}, only ${OWN_KEYS.join(', ')}`);
  if (what !== undefined) throw new BornAgainError('ERR_CONFIG', `${origin}: ${what}`, { origin });
  return values;
}

/**
 * Checks every arm that is asked for and every variant, so that a mistake is told before anything is trained.
 * @throws BornAgainError ERR_CONFIG
 */
export function checkVariants(config: Config): void {
  const clash = Object.keys(config.variants).find((name) => isArm(name) || name === INTERMEDIATE_ARM);
  if (clash !== undefined) {
    const whose = isArm(clash) ? 'an arm' : 'the first round of single-multi-single-multi';
    throw new BornAgainError('ERR_CONFIG', `variants.${clash}: ${whose} has that name already; choose another`, { name: clash });
  }
  for (const name of config.arms) variantOf(config, name);
  for (const [name, { teachers }] of Object.entries(config.variants)) {
    configOf(config, name);
    if (teachers !== null) variantOf(config, teachers);
  }
}

/**
 * The tasks of `tasks` and of the variants in use (an arm, or the teachers of one), each once.
 * @throws BornAgainError ERR_CONFIG for such a variant that sets what it cannot
 */
export function trainedTasks(config: Config): string[] {
  const teachers = config.arms.map((name) => config.variants[name]?.teachers);
  const used = Object.keys(config.variants).filter((name) => config.arms.includes(name) || teachers.includes(name));
  return [...new Set([config, ...used.map((name) => configOf(config, name))].flatMap(({ tasks }) => tasks))];
}
