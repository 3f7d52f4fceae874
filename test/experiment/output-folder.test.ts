/** An experiment's folder without its experiment.json: claimed anew by its own runs' settings, and by no others. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.js';
import { trainOne } from '../../src/experiment/train-one.js';
import { temporaryFolder } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';
import { copyOf, experiment, experimentConfig, rtePlace, snapshot, started } from './experiment-rig.js';

const config: ConfigInput = { tasks: ['rte'], arms: ['single'] };
let place: Place;
let outDir: string;

beforeAll(async () => {
  place = await rtePlace();
  outDir = await temporaryFolder();
  await experiment({ ...place, outDir, config });
});

describe("an experiment's folder", () => {
  it('is claimed anew once its malformed experiment.json is removed, and nothing finished is trained again', async () => {
    const folder = await copyOf(outDir);
    const file = join(folder, 'experiment.json');
    await writeFile(file, '{ "format": 1');
    await expect(experiment({ ...place, outDir: folder, config })).rejects.toThrow(/experiment\.json is malformed.*Remove it/);
    await rm(file);
    expect(started((await experiment({ ...place, outDir: folder, config })).events)).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe(await readFile(join(outDir, 'experiment.json'), 'utf8'));
  });

  it('without it is refused where its runs have other settings or another computation', async () => {
    const folder = await copyOf(outDir);
    await rm(join(folder, 'experiment.json'));
    const before = await snapshot(folder);
    const refused = async (overrides: ConfigInput, message: RegExp): Promise<void> => {
      const call = experiment({ ...place, outDir: folder, config: { ...config, ...overrides } });
      await expect(call).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message: expect.stringMatching(message) });
      expect(await snapshot(folder)).toEqual(before);
    };
    await refused({ data: { maxLength: 32 } }, /1 model of arm single with other settings: data\.maxLength is 48 there and 32 here/);
    await refused({ seeds: [2] }, /already holds .*, but nothing that says which training it is of/);
    await refused({ arms: ['single'], seeds: [1, 2], runtime: { threads: 1, engine: 'plain' } }, /begun with the fused engine/);
  });

  it('without it is still none for a single model', async () => {
    const folder = await copyOf(outDir);
    await rm(join(folder, 'experiment.json'));
    const one = trainOne({
      ...place,
      config: experimentConfig(config),
      arm: 'single',
      tasks: ['rte'],
      seed: 1,
      outDir: folder,
      onEvent: () => {},
    });
    await expect(one).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message: expect.stringContaining('nothing that says') });
    expect(existsSync(join(folder, 'run.json'))).toBe(false);
  });
});
