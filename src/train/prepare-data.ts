/**
 * The splits that a call needs, tokenised one after the other, each once, with an event for each and a notice for everything that a user
 * should know of their data: rows left out, sequences cut, a cache file made again.
 */
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { checkFits } from '../data/fits.js';
import { prepareCacheFile, prepareSplit, type PrepareOptions, type PrepareProgress, type PrepareReport } from '../data/prepare.js';
import type { TokenizedDataset } from '../data/types.js';
import { readBertConfig } from '../nn/bert-config.js';
import { hasSplit, taskRegistry } from '../tasks/index.js';
import type { SplitName, TaskDefinition } from '../tasks/types.js';
import { Tokenizer } from '../text/tokenizer.js';
import { BornAgainError } from '../util/errors.js';
import type { OnEvent } from './events.js';

/** Faulty rows named in a notice; the count says how many there are. */
const SHOWN_ROWS = 20;

export interface PrepareDataOptions {
  readonly config: Config;
  readonly splits: readonly SplitRequest[];
  readonly dataDir: string;
  /** The Hugging Face folder whose tokeniser is used and whose limits are checked. */
  readonly modelDir: string;
  readonly cacheDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: OnEvent;
}

export interface SplitRequest {
  readonly task: string;
  readonly split: SplitName;
}

/** Where tokenised data is kept when nobody says where: below the data, so that `prepare` and every later run agree. */
export function defaultCacheDir(dataDir: string): string {
  return join(dataDir, '.cache');
}

/** Tokenised splits by task and split name. */
export class PreparedData {
  readonly #datasets = new Map<string, TokenizedDataset>();

  add(dataset: TokenizedDataset): void {
    this.#datasets.set(`${dataset.task.name}.${dataset.split}`, dataset);
  }

  /** @throws BornAgainError ERR_DATA_MISSING when the split was not asked for */
  get(task: string, split: SplitName): TokenizedDataset {
    const dataset = this.find(task, split);
    if (dataset !== null) return dataset;
    throw new BornAgainError('ERR_DATA_MISSING', `the ${split} split of ${task} was not prepared`, { task, split });
  }

  find(task: string, split: SplitName): TokenizedDataset | null {
    return this.#datasets.get(`${task}.${split}`) ?? null;
  }

  /** Content hash by `<task>.<split>`, in the order of preparation. */
  hashes(): Record<string, string> {
    return Object.fromEntries([...this.#datasets].map(([name, { hash }]) => [name, hash]));
  }
}

/**
 * What training on the tasks and scoring them needs: `train` and `dev` of each, and `dev_mismatched` where the task and the folder have it.
 * @param config describes the tasks that are not GLUE's
 * @throws BornAgainError ERR_UNKNOWN_TASK
 */
export function trainingSplits(tasks: readonly string[], dataDir: string, config: Pick<Config, 'customTasks'>): SplitRequest[] {
  const registry = taskRegistry(config);
  return tasks.flatMap((name) => {
    const task = registry.byName(name);
    const splits: SplitName[] = hasSplit(task, 'dev_mismatched', dataDir) ? ['train', 'dev', 'dev_mismatched'] : ['train', 'dev'];
    return splits.map((split) => ({ task: name, split }));
  });
}

/**
 * @throws BornAgainError ERR_VOCABULARY, ERR_SEQUENCE_TOO_LONG (tokeniser or length do not fit the model), ERR_TOKENIZER,
 *   ERR_DATA_MISSING, ERR_DATA_FORMAT (with file and line), ERR_CANCELLED, ERR_IO
 */
export async function prepareData(options: PrepareDataOptions): Promise<PreparedData> {
  const prepared = new PreparedData();
  await prepareEach(options, async (split) => {
    const { dataset, report } = await prepareSplit(split);
    prepared.add(dataset);
    return report;
  });
  for (const { task, split } of options.splits) {
    const message = split === 'train' ? labelsMissing(prepared.get(task, split)) : null;
    if (message !== null) options.onEvent({ kind: 'notice', level: 'warning', message });
  }
  return prepared;
}

/** What to say of labels without an example, which no model learns to answer; null where each has one. */
function labelsMissing(dataset: TokenizedDataset): string | null {
  const { task, size } = dataset;
  const missing = new Set(task.labels);
  for (let index = 0; index < size && missing.size > 0; index += 1) missing.delete(task.labels[dataset.label(index)] ?? '');
  const names = [...missing].map((name) => `'${name}'`).join(', ');
  return missing.size === 0 ? null : `${task.title} train: no example of ${names}, so that no model learns to answer it`;
}

/**
 * The same up to the cache: memory stays flat, however large the data.
 * @throws BornAgainError as `prepareData`
 */
export async function fillCache(options: PrepareDataOptions): Promise<void> {
  await prepareEach(options, prepareCacheFile);
}

async function prepareEach(options: PrepareDataOptions, prepare: (split: PrepareOptions) => Promise<PrepareReport>): Promise<void> {
  const { config, splits, dataDir, modelDir, cacheDir = defaultCacheDir(options.dataDir), signal, onEvent } = options;
  const { maxLength, truncation, bothOrders, badRows } = config.data;
  const tokenizer = await Tokenizer.fromFolder(modelDir);
  checkFits(tokenizer, await readBertConfig(modelDir), maxLength);
  const shared = { limit: { maxLength, truncation }, bothOrders, badRows, dataDir, cacheDir, tokenizer };
  const registry = taskRegistry(config);
  for (const { task: name, split } of splits) {
    throwIfCancelled(signal);
    const task = registry.byName(name);
    const onProgress = (progress: PrepareProgress): void => {
      throwIfCancelled(signal);
      onEvent({ kind: 'preparing', task: name, split, ...progress });
    };
    const report = await prepare({ ...shared, task, split, onProgress });
    const { rows, tokens, seconds, file } = report;
    if (rows === 0) throw new BornAgainError('ERR_DATA_FORMAT', `${file} holds no example`, { file });
    onEvent({ kind: 'prepared', task: name, split, size: rows, tokens, seconds });
    for (const notice of noticesOf(report, task, split, maxLength)) onEvent({ kind: 'notice', ...notice });
  }
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new BornAgainError('ERR_CANCELLED', 'cancelled while the data was prepared');
}

type Notice = { readonly level: 'info' | 'warning'; readonly message: string };

function noticesOf(report: PrepareReport, task: TaskDefinition, split: SplitName, maxLength: number): Notice[] {
  const { badRows, droppedRows, truncated, rows, notice, file } = report;
  const notices: Notice[] = [];
  if (notice !== null) notices.push({ level: 'warning', message: notice });
  if (badRows.count > 0) notices.push({ level: 'warning', message: `${file}: left out ${listRows('malformed', badRows)}` });
  if (droppedRows.count > 0) notices.push({ level: 'info', message: `${file}: left out ${listRows('incomplete', droppedRows)}` });
  if (truncated > 0) {
    notices.push({ level: 'info', message: `${task.title} ${split}: ${truncated} of ${rows} sequences cut to ${maxLength} tokens` });
  }
  return notices;
}

function listRows(kind: string, { count, rows }: PrepareReport['badRows']): string {
  const shown = rows.slice(0, SHOWN_ROWS).map(({ line, reason }) => `line ${line}: ${reason}`);
  const more = count > shown.length ? [`and ${count - shown.length} more`] : [];
  return `${count} ${kind} row${count === 1 ? '' : 's'} (${[...shown, ...more].join('; ')})`;
}
