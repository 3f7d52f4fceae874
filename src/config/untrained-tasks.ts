/** Tasks that a configuration describes and does not train: mostly `tasks` was forgotten, which then stands for GLUE's. */
import { BornAgainError } from '../util/errors.js';
import type { Config } from './schema.js';
import { configOf } from './variants.js';

/**
 * Those of `customTasks` that neither `tasks` nor a variant in use (an arm, or the teachers of one) names. Throws ERR_CONFIG for such a
 * variant that sets what it cannot.
 */
export function untrainedTasks(config: Config): string[] {
  const teachers = config.arms.map((name) => config.variants[name]?.teachers);
  const used = Object.keys(config.variants).filter((name) => config.arms.includes(name) || teachers.includes(name));
  const trained = [config, ...used.map((name) => configOf(config, name))].flatMap(({ tasks }) => tasks);
  return Object.keys(config.customTasks).filter((name) => !trained.includes(name));
}

/**
 * For a configuration whose `tasks` nobody has written.
 * @throws BornAgainError ERR_CONFIG where it describes tasks that would not be trained
 */
export function requireNoneUntrained(config: Config): void {
  const names = untrainedTasks(config);
  if (names.length === 0) return;
  const them = names.length === 1 ? 'it' : 'them';
  const message = `customTasks describes ${names.join(', ')}, but tasks does not name ${them}: add "tasks": ${JSON.stringify(names)} to the configuration`;
  throw new BornAgainError('ERR_CONFIG', message, { tasks: names });
}
