/**
 * Where a split's files lie: GLUE's official folder, the corpus's own files in it (MRPC), Hugging Face's `glue` data set, or where the
 * configuration says. A task's folder decides for all its splits, so that two sources are never mixed. Names are compared exactly against
 * the directory's listing, so that a data folder that works on a case-insensitive disk works on every other one too.
 */
import { basename, dirname, join, resolve } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import { findHubFiles } from './hub.js';
import { missingSplit, missingPath } from './missing-split.js';
import type { HubTask, NamedColumns, OfficialSplit, SplitFormat, SplitName, TaskDefinition } from './types.js';
import { listing, statsOf } from './listing.js';

export interface SplitSource {
  readonly format: OfficialSplit | NamedColumns;
  /** In the order of their rows; several where the split is in shards. */
  readonly files: readonly [string, ...string[]];
  /** Other files that decide what the split holds: the list of a `RowShare`. */
  readonly lists: readonly string[];
  /** What to call it: the file, or the folder of the shards. */
  readonly name: string;
}

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
 * The split's files and how to read them.
 * @throws BornAgainError ERR_DATA_MISSING naming the path, the official name and what is there instead; ERR_IO
 */
export function locateSplit(task: TaskDefinition, split: SplitName, dataDir: string): SplitSource {
  const format = splitFormat(task, split);
  const source = findSplit(task, split, format, dataDir);
  if (source === null) throw missingSplit(task, split, dataDir, format.file);
  for (const file of [...source.files, ...source.lists]) requireFile(file);
  return source;
}

/** Of a file that a listing has: its name is there, so what is not there is what a link leads to. */
function requireFile(file: string): void {
  const stats = statsOf(file);
  if (stats === null) throw missingPath(file, 'it is a link to a file that is not there');
  if (!stats.isFile()) throw missingPath(file, 'it is no regular file');
}

/** Whether the task has the split and its files are there; for splits whose absence is no error. */
export function hasSplit(task: TaskDefinition, split: SplitName, dataDir: string): boolean {
  const format = task.splits[split];
  return format !== undefined && findSplit(task, split, format, dataDir) !== null;
}

function findSplit(task: TaskDefinition, split: SplitName, format: SplitFormat, dataDir: string): SplitSource | null {
  if (task.folder === null) return findBeside(resolve(dataDir, format.file), format);
  const folders = listing(dataDir) ?? [];
  const folder = join(dataDir, task.folder);
  if (!folders.includes(task.folder) || listing(folder) === null) return task.hub === null ? null : findOnHub(task.hub, split, dataDir);
  const corpus = task.corpusSplits?.[split];
  return findBeside(join(folder, format.file), format) ?? (corpus === undefined ? null : findBeside(join(folder, corpus.file), corpus));
}

/** The file and what goes with it in the same folder, or null where anything is not there. */
function findBeside(path: string, format: SplitFormat): SplitSource | null {
  const listFile = 'share' in format ? format.share?.listFile : undefined;
  const lists = listFile === undefined ? [] : [join(dirname(path), listFile)];
  const present = listing(dirname(path)) ?? [];
  if (![path, ...lists].every((each) => present.includes(basename(each)))) return null;
  return { format, files: [path], lists, name: path };
}

function findOnHub({ config, textA, textB, labels, splits }: HubTask, split: SplitName, dataDir: string): SplitSource | null {
  const name = splits[split];
  if (name === undefined || listing(dataDir)?.includes(config) !== true) return null;
  const found = findHubFiles(join(dataDir, config), name);
  const [first, ...more] = found?.files ?? [];
  if (found === null || first === undefined) return null;
  // GLUE's test sets have no labels: −1 in all of them but MRPC's, whose labels the leaderboard does not count as known.
  const label = split.startsWith('test') ? null : 'label';
  const format = { format: found.format, textA, textB, label, classes: labels };
  return { format, files: [first, ...more], lists: [], name: more.length === 0 ? first : dirname(first) };
}
