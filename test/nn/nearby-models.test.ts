/** The hint for a folder that is no model. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readBertConfig } from '../../src/nn/bert-config.js';
import { nearbyModels } from '../../src/nn/nearby-models.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bornagain-nearby-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function addModel(path: string): string {
  const folder = join(root, path);
  mkdirSync(folder, { recursive: true });
  for (const name of ['config.json', 'model.safetensors']) writeFileSync(join(folder, name), '');
  return folder;
}

it('names the nearest models within, three at most', async () => {
  const far = addModel('a/b/c/model');
  const near = addModel('z/model');
  expect(await nearbyModels(root)).toBe(`Did you mean ${near} or ${far}?`);
  const [one, two] = [addModel('m/1'), addModel('m/2')];
  expect(await nearbyModels(root)).toBe(`Did you mean ${one} or ${two} or ${near}?`);
  await expect(readBertConfig(join(root, 'a'))).rejects.toMatchObject({
    code: 'ERR_MODEL_FOLDER',
    message: `${join(root, 'a')} is no Hugging Face model folder: it has no readable config.json. Did you mean ${far}?`,
  });
});

it('has nothing to say where there is none', async () => {
  mkdirSync(join(root, 'empty'));
  mkdirSync(join(root, 'other'));
  writeFileSync(join(root, 'other/config.json'), '{}');
  expect(await nearbyModels(root)).toBeNull();
  expect(await nearbyModels(join(root, 'missing'))).toBeNull();
});
