/**
 * A model in several files, with an index that says which file holds which tensor (`model.safetensors.index.json`,
 * `pytorch_model.bin.index.json`). Index and files must agree: a tensor found elsewhere means that files of two models are mixed.
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { BornAgainError } from '../../util/errors.js';
import { readJsonFile } from '../../util/json-file.js';
import { shown, type NamedTensor, type TensorSource } from './source.js';

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string().min(1)) });

/** Name of the file of each tensor. Throws ERR_MODEL_FOLDER. */
export async function readWeightMap(path: string): Promise<ReadonlyMap<string, string>> {
  const index = await readJsonFile(path, indexSchema, 'ERR_MODEL_FOLDER', 'Copy or download the model folder again');
  const map = new Map(Object.entries(index?.weight_map ?? {}));
  if (map.size === 0)
    throw new BornAgainError('ERR_MODEL_FOLDER', `${path} names no tensors; copy or download the model folder again`, { path });
  const outside = [...map.values()].find((file) => basename(file) !== file || file === '..');
  if (outside !== undefined) {
    const message = `${path} names the file '${shown(outside)}', which is not in the model's folder; only files beside the index are read`;
    throw new BornAgainError('ERR_MODEL_FOLDER', message, { path, file: outside });
  }
  return map;
}

/** The files an index names, each once. */
export function shardFiles(map: ReadonlyMap<string, string>): string[] {
  return [...new Set(map.values())].sort();
}

export class ShardedSource implements TensorSource {
  readonly shapes: ReadonlyMap<string, readonly number[]>;

  private constructor(
    readonly path: string,
    private readonly shards: readonly TensorSource[],
    private readonly owners: ReadonlyMap<string, TensorSource>,
  ) {
    this.shapes = new Map([...owners].map(([name, shard]) => [name, shard.shapes.get(name) ?? []]));
  }

  /** `openShard` reads one file. Throws ERR_MODEL_FOLDER (a file is missing, or holds not what the index says), and what `openShard` throws. */
  static async open(path: string, openShard: (path: string) => Promise<TensorSource>): Promise<ShardedSource> {
    const map = await readWeightMap(path);
    const folder = dirname(path);
    await requireFiles(path, shardFiles(map));
    const shards: TensorSource[] = [];
    try {
      for (const file of shardFiles(map)) shards.push(await openShard(join(folder, file)));
      return new ShardedSource(path, shards, matchOwners(path, map, shards));
    } catch (error) {
      await closeAll(shards);
      throw error;
    }
  }

  read(name: string): Promise<NamedTensor> {
    const shard = this.owners.get(name);
    if (shard !== undefined) return shard.read(name);
    throw new BornAgainError('ERR_CHECKPOINT', `${this.path} has no tensor '${shown(name)}'`, { path: this.path });
  }

  close(): Promise<void> {
    return closeAll(this.shards);
  }
}

async function requireFiles(path: string, files: readonly string[]): Promise<void> {
  const present = new Set(await readdir(dirname(path)));
  const missing = files.filter((file) => !present.has(file));
  if (missing.length === 0) return;
  throw new BornAgainError(
    'ERR_MODEL_FOLDER',
    `${path} names ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not in the folder; download the missing ${missing.length === 1 ? 'file' : 'files'}`,
    { path, missing },
  );
}

function matchOwners(path: string, map: ReadonlyMap<string, string>, shards: readonly TensorSource[]): Map<string, TensorSource> {
  const refuse = (what: string): never => {
    throw new BornAgainError('ERR_MODEL_FOLDER', `${path} and its files do not belong together: ${what}`, { path });
  };
  const byFile = new Map(shards.map((shard) => [basename(shard.path), shard]));
  const owners = new Map<string, TensorSource>();
  for (const [name, file] of map) {
    const shard = byFile.get(file);
    if (shard?.shapes.has(name) !== true) return refuse(`'${shown(name)}' should be in ${file} and is not`);
    owners.set(name, shard);
  }
  for (const shard of shards) {
    const stray = [...shard.shapes.keys()].find((name) => owners.get(name) !== shard);
    if (stray !== undefined) refuse(`${basename(shard.path)} holds '${shown(stray)}', which the index does not place there`);
  }
  return owners;
}

async function closeAll(shards: readonly TensorSource[]): Promise<void> {
  for (const shard of shards) await shard.close();
}
