/** Tasks that a configuration describes and does not train: mostly `tasks` was forgotten, which then stands for GLUE's. */
import { BornAgainError } from '../util/errors.js';
import type { Config } from './schema.js';
import { trainedTasks } from './variants.js';

/** Those of `customTasks` that are not among `trainedTasks`. Throws as that does. */
export function untrainedTasks(config: Config): string[] {
  const trained = trainedTasks(config);
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
