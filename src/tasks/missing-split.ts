/** What to say of a split whose files are not there: the official name, and what the folder holds instead. */
import { dirname, join, resolve } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import { findHubFiles } from './hub.js';
import type { SplitName, TaskDefinition } from './types.js';
import { listing } from './listing.js';

const SHOWN = 20;

/** @param file the split's official name, or the one in the configuration */
export function missingSplit(task: TaskDefinition, split: SplitName, dataDir: string, file: string): BornAgainError {
  const path = task.folder === null ? resolve(dataDir, file) : join(dataDir, task.folder, file);
  const folders = listing(dataDir);
  if (folders === null) return missingPath(path, `the data directory ${dataDir} does not exist or is no directory`);
  if (task.folder === null) return missingPath(path, configuredHint(task, split, path));
  const folder = join(dataDir, task.folder);
  const files = folders.includes(task.folder) ? listing(folder) : null;
  if (files !== null) {
    const why = `the official name of ${task.title}'s ${split} file is ${file}; ${folder} holds ${shown(files)}${corpusHint(task, split)}`;
    return missingPath(path, why);
  }
  return missingOnHub(task, split, dataDir) ?? missingPath(path, folderHint(task, task.folder, { dataDir, folders }));
}

export function missingPath(path: string, why: string): BornAgainError {
  return new BornAgainError('ERR_DATA_MISSING', `${path} is missing: ${why}`, { path });
}

function configuredHint(task: TaskDefinition, split: SplitName, path: string): string {
  const files = listing(dirname(path));
  const found = files === null ? `there is no folder ${dirname(path)}` : `${dirname(path)} holds ${shown(files)}`;
  return `customTasks.${task.name}.files.${split} names it, relative to the data folder; ${found}`;
}

function corpusHint(task: TaskDefinition, split: SplitName): string {
  const corpus = task.corpusSplits?.[split];
  if (corpus === undefined) return '';
  const list = corpus.share === undefined ? '' : ` with ${corpus.share.listFile}`;
  return `. The corpus's own ${corpus.file}${list} would do as well`;
}

/** Where the folder is one of Hugging Face's: it holds another of the task's splits. */
function missingOnHub({ hub, title }: TaskDefinition, split: SplitName, dataDir: string): BornAgainError | null {
  const name = hub?.splits[split];
  if (hub === null || name === undefined) return null;
  const folder = join(dataDir, hub.config);
  if (!Object.values(hub.splits).some((other) => findHubFiles(folder, other) !== null)) return null;
  const why = `${title}'s ${split} split is called '${name}' in Hugging Face's data set; ${folder} holds ${shown(listing(folder) ?? [])}`;
  return missingPath(join(folder, `${name}-00000-of-00001.parquet`), why);
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
