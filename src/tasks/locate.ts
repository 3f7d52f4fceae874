/**
 * Where a split's file lies, and what to say when it is not there. Names are compared exactly against the directory's listing, so that a
 * data folder that works on a case-insensitive disk works on every other one too.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
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
 * Path of a split's file, `<dataDir>/<official folder>/<official file>`.
 * @throws BornAgainError ERR_DATA_MISSING naming the path, the official name and what is there instead
 */
export function splitPath(task: TaskDefinition, split: SplitName, dataDir: string): string {
  const { file } = splitFormat(task, split);
  const path = join(dataDir, task.folder, file);
  const folders = listing(dataDir);
  if (folders === null) throw missing(path, `the data directory ${dataDir} does not exist or is no directory`);
  const folder = join(dataDir, task.folder);
  const files = folders.includes(task.folder) ? listing(folder) : null;
  if (files === null) throw missing(path, folderHint(task, dataDir, folders));
  if (!files.includes(file))
    throw missing(path, `the official name of ${task.title}'s ${split} file is ${file}; ${folder} holds ${shown(files)}`);
  if (!statSync(path).isFile()) throw missing(path, 'it is no regular file');
  return path;
}

function listing(directory: string): string[] | null {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(directory).sort() : null;
}

function folderHint(task: TaskDefinition, dataDir: string, folders: readonly string[]): string {
  const official = `the official folder of ${task.title} is called ${task.folder}`;
  const own = [task.folder, task.name, task.title].map(plain);
  const alike = folders.find((folder) => folder !== task.folder && own.some((name) => isAlias(plain(folder), name)));
  if (alike !== undefined) return `${official}; there is ${join(dataDir, alike)}: rename it to ${task.folder}`;
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
