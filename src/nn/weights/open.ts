/** Which file of a model folder holds its weights, in the order Transformers looks for them, and what to do where there is none. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BornAgainError } from '../../util/errors.js';
import { sha256File } from '../../util/hash.js';
import { ioError } from '../../util/io-error.js';
import { SafetensorsReader } from '../safetensors.js';
import { readWeightMap, shardFiles, ShardedSource } from './sharded.js';
import type { TensorSource } from './source.js';
import { TorchArchive } from './torch-archive.js';

/** A name's ending says how the file is read. */
const NAMES = ['model.safetensors', 'model.safetensors.index.json', 'pytorch_model.bin', 'pytorch_model.bin.index.json'] as const;

/** Weights of other frameworks, and how a person gets from there to a folder that is read. Transformers 4 is the last that converts. */
const FOREIGN: readonly { readonly pattern: RegExp; readonly what: string; readonly fix: string }[] = [
  {
    pattern: /^tf_model.*\.h5$/,
    what: 'a TensorFlow model',
    fix: 'Convert it with Transformers 4 and TensorFlow: AutoModel.from_pretrained(DIR, from_tf=True).save_pretrained(OUT); for a classifier AutoModelForSequenceClassification',
  },
  {
    pattern: /^flax_model.*\.msgpack$/,
    what: 'a Flax model',
    fix: 'Convert it with Transformers 4 and Flax: AutoModel.from_pretrained(DIR, from_flax=True).save_pretrained(OUT); for a classifier AutoModelForSequenceClassification',
  },
  {
    pattern: /\.ckpt(\.|-|$)/,
    what: 'an original TensorFlow checkpoint',
    fix: 'Convert it with Transformers 4 and TensorFlow: python -m transformers.models.bert.convert_bert_original_tf_checkpoint_to_pytorch --tf_checkpoint_path DIR/bert_model.ckpt --bert_config_file DIR/bert_config.json --pytorch_dump_path OUT/pytorch_model.bin, and put bert_config.json there as config.json',
  },
];

/** Path of the weights file or index. Throws ERR_MODEL_FOLDER with what was found instead and how to convert that; ERR_IO. */
export async function findWeights(dir: string): Promise<string> {
  const found = await list(dir);
  const name = NAMES.find((candidate) => found.includes(candidate));
  if (name !== undefined) return join(dir, name);
  const foreign = FOREIGN.find(({ pattern }) => found.some((file) => pattern.test(file)));
  const fix = foreign === undefined ? 'Save the model there with model.save_pretrained(...)' : `It holds ${foreign.what}. ${foreign.fix}`;
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

async function list(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).sort();
  } catch (cause) {
    throw ioError('read', dir, cause);
  }
}
