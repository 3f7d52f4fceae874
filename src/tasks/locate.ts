/**
 * Where a split's file lies, and what to say when it is not there. Names are compared exactly against the directory's listing, so that a
 * data folder that works on a case-insensitive disk works on every other one too.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import type { SplitFormat, SplitName, TaskDefinition } from './types.js';

const SHOWN = 20;

/** @throws BornAgainError ERR_INVALID_ARGUMENT where the task has no such split */
export function splitFormat(task: TaskDefinition, split: SplitName): SplitFormat {
  const format = task.splits[split];
  if (format === undefined) {
    throw new BornAgainError(
      'ERR_INVALID_ARGUMENT',
      `${task.title} has no split '${split}'; it has ${Object.keys(task.splits).join(', ')}`,
      {
        task: task.name,
        split,
      },
    );
  }
  return format;
}

/**
 * Path of a split's file, `<dataDir>/<official folder>/<official file>`, or where the configuration says.
 * @throws BornAgainError ERR_DATA_MISSING naming the path, the official name and what is there instead
 */
export function splitPath(task: TaskDefinition, split: SplitName, dataDir: string): string {
  const { file } = splitFormat(task, split);
  const path = task.folder === null ? resolve(dataDir, file) : join(dataDir, task.folder, file);
  const folders = listing(dataDir);
  if (folders === null) throw missing(path, `the data directory ${dataDir} does not exist or is no directory`);
  if (task.folder === null) requireConfigured(task, split, path);
  else requireOfficial(task, task.folder, split, { dataDir, folders });
  if (!statSync(path).isFile()) throw missing(path, 'it is no regular file');
  return path;
}

/** Whether the task has the split and its file is there; for splits whose absence is no error. */
export function hasSplitFile(task: TaskDefinition, split: SplitName, dataDir: string): boolean {
  const format = task.splits[split];
  if (format === undefined) return false;
  return existsSync(task.folder === null ? resolve(dataDir, format.file) : join(dataDir, task.folder, format.file));
}

function requireConfigured(task: TaskDefinition, split: SplitName, path: string): void {
  const files = listing(dirname(path));
  if (files?.includes(basename(path)) === true) return;
  const found = files === null ? `there is no folder ${dirname(path)}` : `${dirname(path)} holds ${shown(files)}`;
  throw missing(path, `customTasks.${task.name}.files.${split} names it, relative to the data folder; ${found}`);
}

function requireOfficial(
  task: TaskDefinition,
  name: string,
  split: SplitName,
  data: { dataDir: string; folders: readonly string[] },
): void {
  const { dataDir, folders } = data;
  const { file } = splitFormat(task, split);
  const folder = join(dataDir, name);
  const files = folders.includes(name) ? listing(folder) : null;
  if (files === null) throw missing(join(folder, file), folderHint(task, name, data));
  if (files.includes(file)) return;
  throw missing(join(folder, file), `the official name of ${task.title}'s ${split} file is ${file}; ${folder} holds ${shown(files)}`);
}

function listing(directory: string): string[] | null {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(directory).sort() : null;
}

function folderHint(task: TaskDefinition, name: string, { dataDir, folders }: { dataDir: string; folders: readonly string[] }): string {
  const official = `the official folder of ${task.title} is called ${name}`;
  const own = [name, task.name, task.title].map(plain);
  const alike = folders.find((folder) => folder !== name && own.some((each) => isAlias(plain(folder), each)));
  if (alike !== undefined) return `${official}; there is ${join(dataDir, alike)}: rename it to ${name}`;
  return `${official}; ${dataDir} holds ${shown(folders)}`;
}

/** Case, punctuation and a suffix or missing end apart: `sst`, `QNLIv2`, `diagnostics`. */
function isAlias(folder: string, name: string): boolean {
  return folder.startsWith(name) || (folder.length > 1 && name.startsWith(folder));
}

/** `SST-2`, `sst_2` and `SST2` are the same name to a person. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function shown(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  return names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '');
}

function missing(path: string, why: string): BornAgainError {
  return new BornAgainError('ERR_DATA_MISSING', `${path} is missing: ${why}`, { path });
}
