/** Half-written files of a killed process go; whatever has its name stays. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeLeftovers } from '../../src/experiment/leftovers.js';
import { temporaryFolder } from '../train/tiny-model.js';
import { snapshot } from './experiment-rig.js';

it("removes the temporary files and folders that writing leaves behind, and nothing else, nor another experiment's below it", async () => {
  const folder = await temporaryFolder();
  const run = join(folder, 'runs/single/rte/seed-1');
  await mkdir(join(run, '.model.19143.tmp'), { recursive: true });
  await mkdir(join(run, 'model'));
  const another = 'a/runs/single/rte/seed-1/.step-00000002.safetensors.7-4ea99be7-816a-40cf-8641-ed8186733a36.tmp';
  // Of a report that another process is writing.
  const report = 'report/tables/.medians.md.7-4ea99be7-816a-40cf-8641-ed8186733a36.tmp';
  const kept = ['runs/single/rte/seed-1/model/config.json', '.gitignore', 'notes.tmp', 'runs/.hidden/mine.tmp', another, report];
  const gone = [
    'runs/single/rte/seed-1/.model.19143.tmp/config.json',
    '.results.json.19-4ea99be7-816a-40cf-8641-ed8186733a36.tmp',
    'runs/.step-00000002.safetensors.7-4ea99be7-816a-40cf-8641-ed8186733a36.tmp',
  ];
  await mkdir(join(folder, 'runs/.hidden'));
  await mkdir(join(folder, 'report/tables'), { recursive: true });
  await mkdir(join(folder, 'a/runs/single/rte/seed-1'), { recursive: true });
  for (const name of [...kept, ...gone]) await writeFile(join(folder, name), '');
  await removeLeftovers(folder);
  expect(Object.keys(await snapshot(folder))).toEqual([...kept].sort());
  await removeLeftovers(join(folder, 'absent'));
});
