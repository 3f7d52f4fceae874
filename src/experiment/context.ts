/** What the runs of one call share, made once before the first of them. */
import type { Config } from '../config/schema.js';
import { modelFolderHash } from '../nn/model-folder.js';
import { openWeights } from '../nn/weights/open.js';
import { resolveComputation, type Computation } from '../train/computation.js';
import type { OnEvent } from '../train/events.js';
import { prepareData, trainingSplits, type PreparedData } from '../train/prepare-data.js';
import { SharedCores } from '../train/shared-cores.js';
import type { InputHashes } from './settings.js';

export interface RunContext {
  readonly config: Config;
  readonly data: PreparedData;
  readonly inputs: InputHashes;
  /** What this call computes with. */
  readonly computes: Computation;
  /** The initial weights. */
  readonly modelDir: string;
  readonly cores: SharedCores;
  /** Where teachers' outputs are kept. */
  readonly teacherOutputsDir: string;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: OnEvent;
}

/** A trained model's folder, and the hash it is known by (`modelFolderHash`). */
export interface ModelReference {
  readonly modelDir: string;
  readonly hash: string;
}

/** What a run takes from other runs. */
export interface RunSources {
  /** By task, its teachers, best or first seed first; empty for a model without teachers. */
  readonly teachers: Readonly<Record<string, readonly ModelReference[]>>;
  /** The model it starts from instead of the pre-trained encoder and new heads. */
  readonly initial: ModelReference | null;
}

export const NO_SOURCES: RunSources = { teachers: {}, initial: null };

export interface ContextOptions extends Omit<RunContext, 'data' | 'inputs' | 'computes' | 'cores'> {
  readonly tasks: readonly string[];
  readonly dataDir: string;
  readonly cacheDir?: string | undefined;
}

/**
 * Tokenises the data and hashes what goes in; for one run at a time, until its user knows better. Writes nothing but the cache.
 * @throws BornAgainError as `resolveComputation`, `prepareData`, `modelFolderHash` and `openWeights` do
 */
export async function createContext(options: ContextOptions): Promise<RunContext> {
  const { tasks, dataDir, cacheDir, ...shared } = options;
  const { config, modelDir, signal, onEvent } = shared;
  const computes = await resolveComputation(config.runtime);
  const model = await modelFolderHash(modelDir);
  // A file that was cut has a hash as well, and OUT would belong to it.
  await (await openWeights(modelDir)).close();
  const splits = trainingSplits(tasks, dataDir, config);
  const data = await prepareData({ config, splits, dataDir, modelDir, cacheDir, signal, onEvent });
  return { ...shared, cores: new SharedCores(1), data, computes, inputs: { model, data: data.hashes() } };
}
