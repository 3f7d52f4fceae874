/** Which checkpoints are kept. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkpointPath, pruneCheckpoints } from '../../src/train/checkpoints.js';
import { temporaryFolder } from './tiny-model.js';

it('keeps the newest two of the training, not counting a later one that it did not go on from', async () => {
  const folder = await temporaryFolder();
  for (const step of [3, 6, 9, 1000]) await writeFile(checkpointPath(folder, step), '');
  await writeFile(join(folder, 'best-00000002.safetensors'), '');
  await pruneCheckpoints(folder, 9);
  expect((await readdir(folder)).sort()).toEqual([
    'best-00000002.safetensors',
    'step-00000006.safetensors',
    'step-00000009.safetensors',
    'step-00001000.safetensors',
  ]);
});
