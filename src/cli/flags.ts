/** Flags that several commands share, and the checks that need no more than the file system and the list of tasks. */
import { statSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { resolveConfig } from '../config/load.js';
import { PRESET_NAMES } from '../config/presets.js';
import type { Config } from '../config/schema.js';
import { untrainedTasks } from '../config/untrained-tasks.js';
import { taskRegistry, type TaskRegistry } from '../tasks/index.js';
import type { TaskDefinition } from '../tasks/types.js';
import { BornAgainError } from '../util/errors.js';
import { printNotice } from './output.js';

export interface ConfigFlags {
  readonly preset?: string;
  readonly config?: string;
  readonly set?: string[];
  readonly skipBadRows?: boolean;
}

/** A flag that must be given. Unlike commander's own, it is asked for only after every flag is known, so that a misspelt one is named. */
export function addRequired(command: Command, option: Option): Command {
  option.description += ' (required)';
  return command.addOption(option).hook('preAction', (_program, called) => {
    if (called.getOptionValue(option.attributeName()) === undefined) called.error(`error: required option '${option.flags}' not specified`);
  });
}

/** As help shows what takes a path: `--out <dir>`, `--model <dir...>`, `run_dir`. */
const NAMES_PATH = /\b(dir|file)\b|_dir$/;

/** Refuses an empty path, for every command of `program`: it would be the current folder, and nearly always is a variable that is not set. */
export function refuseEmptyPaths(program: Command): void {
  program.hook('preAction', (_program, called) => {
    const flags = called.options.map((option): [string, unknown] => [option.flags, called.getOptionValue(option.attributeName())]);
    const positions = called.registeredArguments.map((argument, index): [string, unknown] => [argument.name(), called.args[index]]);
    for (const [name, value] of [...flags, ...positions]) {
      if (NAMES_PATH.test(name) && [value].flat().includes('')) throw emptyPath(name);
    }
  });
}

function emptyPath(name: string): BornAgainError {
  return new BornAgainError('ERR_USAGE', `${name} is empty: a path is needed. A shell variable that is not set gives none`, { flag: name });
}

/** `--preset`, `--config` and `--set`, which every command that computes takes. */
export function addConfigFlags(command: Command): Command {
  return command
    .addOption(new Option('--preset <name>', 'start from these values').choices(PRESET_NAMES))
    .option('--config <file>', 'JSON file of values that differ; of a results.json, its "config"')
    .option('--set <key=value...>', 'single values, read as JSON or else as text; they win over the file');
}

export function addDataFlags(command: Command): Command {
  return addRequired(
    command,
    new Option('--data <dir>', "folder of the tasks' data: <dir>/RTE/train.tsv as GLUE has it, or the files that customTasks names"),
  )
    .option('--cache <dir>', 'folder for tokenised data; <data>/.cache without it')
    .option('--skip-bad-rows', 'leave out malformed rows, counted and listed, instead of stopping');
}

export function addModelFlag(command: Command, description: string): Command {
  return addRequired(command, new Option('--model <dir>', description));
}

export function addJsonFlag(command: Command): Command {
  return command.option('--json', 'print JSON on stdout, and nothing else there');
}

/**
 * @param trainsTasks whether the command trains what `tasks` names; other commands ask a model, or their own flags
 * @throws BornAgainError ERR_CONFIG, or ERR_UNKNOWN_TASK where `tasks` names one that cannot be trained
 */
export function configFromFlags(
  { preset, config: file, set = [], skipBadRows = false }: ConfigFlags,
  { trainsTasks = false }: { readonly trainsTasks?: boolean } = {},
): Config {
  const config = resolveConfig({ preset, file, set: skipBadRows ? [...set, 'data.badRows=skip'] : set, trainsTasks });
  const registry = taskRegistry(config);
  for (const name of config.tasks) requireTrainable(name, registry);
  if (trainsTasks) warnOfUntrained(config);
  return config;
}

/** Tells of tasks that are described and, as `tasks` is written, not trained: nothing is wrong with that, but it may not be meant. */
function warnOfUntrained(config: Config): void {
  const names = untrainedTasks(config);
  if (names.length === 0) return;
  const message = `customTasks describes ${names.join(', ')}, and tasks does not name ${names.length === 1 ? 'it' : 'them'}: not trained`;
  printNotice({ level: 'warning', message });
}

/** `rte,mnli` as a list of tasks that can be trained, GLUE's or the configuration's. */
export function parseTaskList(text: string, config: Config): string[] {
  const registry = taskRegistry(config);
  const names = splitTaskList('--tasks', text);
  for (const name of names) requireTrainable(name, registry);
  return names;
}

/** `rte,mnli` as a list of names. Throws ERR_USAGE where one is there twice. */
export function splitTaskList(flag: string, text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new BornAgainError('ERR_USAGE', `${flag} ${text}: ${repeated} stands there twice`, { text });
  return names;
}

function requireTrainable(name: string, registry: TaskRegistry): void {
  const trainable = (task: TaskDefinition): boolean => task.splits.train !== undefined;
  if (trainable(registry.byName(name))) return;
  const known = registry.all
    .filter(trainable)
    .map((task) => task.name)
    .join(', ');
  throw new BornAgainError(
    'ERR_UNKNOWN_TASK',
    `task '${name}' has no training set of its own, and no labels to score by; tasks with both: ${known}. 'predict --task ${name}' and 'submit' answer it`,
    { name },
  );
}

/** Refuses a mistyped folder before anything is loaded. */
export function requireFolder(flag: string, path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) throw wrongPath(flag, path, stats === undefined ? 'there is no such folder' : 'this is no folder');
}

/** Of a folder that is made where it is not there. */
export function requireFolderOrNothing(flag: string, path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === false) throw wrongPath(flag, path, 'this is a file, a folder is needed');
}

export function requireFile(flag: string, path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw wrongPath(flag, path, 'there is no such file');
  if (stats.isDirectory()) throw wrongPath(flag, path, 'this is a folder, a file is needed');
}

/** A file is put in place by a rename; on a device or a pipe that would replace the device. */
export function requireReplaceable(flag: string, path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile()) throw wrongPath(flag, path, 'this is no regular file');
}

function wrongPath(flag: string, path: string, reason: string): BornAgainError {
  return new BornAgainError('ERR_USAGE', `${flag} ${path}: ${reason}`, { flag, path });
}
