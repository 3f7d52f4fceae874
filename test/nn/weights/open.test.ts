/** Which file of a folder is read, models in several files, and what is said of folders that hold weights of another kind or none. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBertConfig } from '../../../src/nn/bert-config.js';
import { findWeights, hashWeights, openWeights } from '../../../src/nn/weights/open.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/model-import/', import.meta.url));
const INDEX = 'model.safetensors.index.json';
const FIRST = 'model-00001-of-00002.safetensors';
const SECOND = 'model-00002-of-00002.safetensors';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bornagain-open-'));
});
afterEach(() => rm(root, { recursive: true }));

async function shardedCopy(): Promise<string> {
  const dir = join(root, 'sharded');
  await cp(join(FIXTURES, 'sharded-classifier'), dir, { recursive: true });
  return dir;
}

async function changeIndex(dir: string, change: (map: Record<string, string>) => void): Promise<void> {
  const path = join(dir, INDEX);
  const index = JSON.parse(await readFile(path, 'utf8')) as { weight_map: Record<string, string> };
  change(index.weight_map);
  await writeFile(path, JSON.stringify(index));
}

const opening = async (dir: string): Promise<void> => (await openWeights(dir)).close();
const refusal = (message: string | RegExp) => ({
  code: 'ERR_MODEL_FOLDER',
  message: (typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message)) as string,
});

describe('the weights of a folder', () => {
  it('are taken in the order Transformers looks for them', async () => {
    const names = ['model.safetensors', INDEX, 'pytorch_model.bin', 'pytorch_model.bin.index.json'];
    for (const name of [...names].reverse()) {
      await writeFile(join(root, name), '');
      expect(basename(await findWeights(root))).toBe(name);
    }
  });

  it.each([
    ['tf_model.h5', /It holds a TensorFlow model\. Convert it .*from_tf=True/],
    ['flax_model.msgpack', /It holds a Flax model\. Convert it .*from_flax=True/],
    ['bert_model.ckpt.index', /original TensorFlow checkpoint\. Convert it .*convert_bert_original_tf_checkpoint_to_pytorch/],
    ['weights.zip', /found: weights\.zip\).*save_pretrained/],
  ])('of %s are not read; the message says how to convert them', async (file, message) => {
    await writeFile(join(root, file), '');
    await expect(opening(root)).rejects.toMatchObject(refusal(message));
  });

  it('of an original checkpoint are named although it has no config.json either', async () => {
    await writeFile(join(root, 'bert_model.ckpt.data-00000-of-00001'), '');
    await expect(readBertConfig(root)).rejects.toMatchObject(
      refusal(/no readable config\.json\. It holds an original TensorFlow checkpoint/),
    );
  });
});

describe('a model in several files', () => {
  it('has a hash over all of them', async () => {
    const dir = await shardedCopy();
    const hashes = await hashWeights(dir);
    expect(hashes).toHaveLength(2);
    const path = join(dir, SECOND);
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    await writeFile(path, bytes);
    const [first, second] = await hashWeights(dir);
    expect(first).toBe(hashes[0]);
    expect(second).not.toBe(hashes[1]);
  });

  it('is refused with the names of files that are missing', async () => {
    const dir = await shardedCopy();
    await rm(join(dir, FIRST));
    await expect(opening(dir)).rejects.toMatchObject(refusal(`names ${FIRST}, which is not in the folder; download the missing file`));
  });

  it.each<[string, (map: Record<string, string>) => void, string]>([
    ['a tensor that its file does not hold', (map) => (map['bert.extra'] = FIRST), `'bert.extra' should be in ${FIRST} and is not`],
    [
      'a tensor in the other file',
      (map) => (map['classifier.bias'] = map['classifier.bias'] === FIRST ? SECOND : FIRST),
      "'classifier.bias' should be in",
    ],
    ['a tensor it does not name', (map) => delete map['classifier.bias'], "holds 'classifier.bias', which the index does not place there"],
    [
      'a file elsewhere',
      (map) => (map['classifier.bias'] = '../other.safetensors'),
      "'../other.safetensors', which is not in the model's folder",
    ],
    ['nothing', (map) => Object.keys(map).forEach((name) => delete map[name]), 'names no tensors'],
  ])('is refused where the index names %s', async (_, change, message) => {
    const dir = await shardedCopy();
    await changeIndex(dir, change);
    await expect(opening(dir)).rejects.toMatchObject(refusal(message));
  });

  it.each([
    ['no JSON', '{', 'is malformed'],
    ['another object', '{"metadata": {}}', 'weight_map'],
    ['of files that are no names', '{"weight_map": {"a": 3}}', 'weight_map'],
  ])('is refused where the index is %s', async (_, text, message) => {
    const dir = await shardedCopy();
    await writeFile(join(dir, INDEX), text);
    await expect(opening(dir)).rejects.toMatchObject(refusal(message));
  });
});
