/** What a checkpoint may be told, and what it gives back. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Notes } from '../../src/train/session-state.js';
import { rigOf, temporaryFolder } from './engine-runs.js';

const rig = () => rigOf({ hidden: 16, heads: 2, intermediate: 32, layers: 1 }, { threads: 1 });

it.each<[string, unknown, string]>([
  ["the file's own step count", { steps: '1' }, 'steps'],
  ["the file's own checksum", { epoch: '3', sha256: 'x' }, 'sha256'],
  ['a number, of JavaScript', { epoch: 3 }, 'epoch'],
  ['nothing, of JavaScript', { epoch: undefined }, 'epoch'],
])('refuses a note with %s, and writes nothing', async (_, notes, name) => {
  const { session } = rig();
  const folder = await temporaryFolder();
  await expect(session.saveState(join(folder, 'state'), notes as Notes)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining(`'${name}'`) as string,
    details: { name },
  });
  expect(await readdir(folder)).toEqual([]);
});

it('is the last that was handed over of two of one name, though the first takes longer to write', async () => {
  const { session } = rig();
  const path = join(await temporaryFolder(), 'file');
  // Written at once, either may be done first: in so many rounds the other one is, too.
  for (let round = 0; round < 8; round += 1) {
    await Promise.all([session.saveState(path, { long: 'x'.repeat(3e6) }), session.saveParameters(path)]);
    await session.checkParameters(path);
  }
});

it('gives every other note back as it was when it was handed over', async () => {
  const { session } = rig();
  const path = join(await temporaryFolder(), 'state');
  const notes: Record<string, string> = { format: 'mine', '10': '', '9': 'é\u0000', ['__proto__']: 'own', lone: '\ud800' };
  const saved = session.saveState(path, notes);
  const handedOver = { ...notes };
  notes['late'] = 'too late';
  await saved;
  expect(await session.loadState(path)).toEqual(handedOver);
});
