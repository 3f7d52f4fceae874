/** Which file of a model folder holds its weights, in the order Transformers looks for them, and what to do where there is none. */
import { join } from 'node:path';
import { BornAgainError } from '../../util/errors.js';
import { sha256File } from '../../util/hash.js';
import { SafetensorsReader } from '../safetensors.js';
import { conversionAdvice, listFolder } from './foreign.js';
import { readWeightMap, shardFiles, ShardedSource } from './sharded.js';
import type { TensorSource } from './source.js';
import { TorchArchive } from './torch-archive.js';

/** A name's ending says how the file is read. */
const NAMES = ['model.safetensors', 'model.safetensors.index.json', 'pytorch_model.bin', 'pytorch_model.bin.index.json'] as const;

/** Path of the weights file or index. Throws ERR_MODEL_FOLDER with what was found instead and how to convert that; ERR_IO. */
export async function findWeights(dir: string): Promise<string> {
  const found = await listFolder(dir);
  const name = NAMES.find((candidate) => found.includes(candidate));
  if (name !== undefined) return join(dir, name);
  const fix = (await conversionAdvice(dir)) ?? 'Save the model there with model.save_pretrained(...)';
  throw new BornAgainError('ERR_MODEL_FOLDER', `${dir} has none of ${NAMES.join(', ')} (found: ${found.join(', ') || 'nothing'}). ${fix}`, {
    dir,
    found,
  });
}

/** Throws as `findWeights`, and ERR_SAFETENSORS, ERR_PYTORCH_FILE for a malformed file. */
export async function openWeights(dir: string): Promise<TensorSource> {
  const path = await findWeights(dir);
  return path.endsWith('.index.json') ? ShardedSource.open(path, openFile) : openFile(path);
}

/** SHA-256 of each file of the weights, in a fixed order. Throws ERR_MODEL_FOLDER, ERR_IO. */
export async function hashWeights(dir: string): Promise<string[]> {
  const path = await findWeights(dir);
  const files = path.endsWith('.index.json') ? shardFiles(await readWeightMap(path)).map((file) => join(dir, file)) : [path];
  return Promise.all(files.map((file) => sha256File(file)));
}

function openFile(path: string): Promise<TensorSource> {
  return path.endsWith('.bin') ? TorchArchive.open(path) : SafetensorsReader.open(path);
}
