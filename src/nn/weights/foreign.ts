/** Weights that other frameworks wrote: not read, but a person is told how to get from there to a folder that is. */
import { readdir } from 'node:fs/promises';
import { BornAgainError } from '../../util/errors.js';
import { errnoOf, ioError } from '../../util/io-error.js';

/** Transformers 4 is the last that converts them. */
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

/** What the folder holds instead of weights that are read, and how to convert it; null where there is nothing of the kind. Throws as `listFolder`. */
export async function conversionAdvice(dir: string): Promise<string | null> {
  const found = await listFolder(dir);
  const foreign = FOREIGN.find(({ pattern }) => found.some((file) => pattern.test(file)));
  return foreign === undefined ? null : `It holds ${foreign.what}. ${foreign.fix}`;
}

/** Names in the model folder, sorted. Throws ERR_MODEL_FOLDER where there is no such folder, ERR_IO. */
export async function listFolder(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).sort();
  } catch (cause) {
    const absent = { ENOENT: 'there is no such folder', ENOTDIR: 'it is a file, or below one' }[errnoOf(cause)];
    if (absent !== undefined) throw new BornAgainError('ERR_MODEL_FOLDER', `${dir} is no model folder: ${absent}`, { dir }, { cause });
    throw ioError('read', dir, cause);
  }
}
