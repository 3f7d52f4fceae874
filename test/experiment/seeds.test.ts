/** What a run's seed decides, one thing at a time: with all else held fast, two seeds train two models by each of them. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Config, ConfigInput } from '../../src/config/schema.js';
import { createContext, type ModelReference } from '../../src/experiment/context.js';
import { fitModel } from '../../src/experiment/fit-model.js';
import { modelFolderHash } from '../../src/nn/model-folder.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';
import { experimentConfig, weights } from './experiment-rig.js';

let place: Place;
/** With a head, so that a model that starts from it draws none. */
let trained: ModelReference;

beforeAll(async () => {
  const dataDir = await smallData(['RTE'], 25);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
  const modelDir = join(await fitted(1, NOTHING, null), 'model');
  trained = { modelDir, hash: await modelFolderHash(modelDir) };
});

const NOTHING: ConfigInput = { sampling: { order: 'fixed' }, model: { dropout: 0, headDropout: 0 } };

/** @returns the run's folder */
async function fitted(seed: number, input: ConfigInput, initial: ModelReference | null): Promise<string> {
  const config: Config = experimentConfig({ tasks: ['rte'], ...input });
  const folder = await temporaryFolder();
  const onEvent = (): void => undefined;
  const context = await createContext({ ...place, config, tasks: ['rte'], teacherOutputsDir: folder, onEvent });
  const run = { id: `single/rte/seed-${seed}`, arm: 'single', kind: 'single', tasks: ['rte'], seed, config } as const;
  const tasks = [{ dataset: context.data.get('rte', 'train'), teacher: null }];
  await fitModel(context, { ...run, teachers: {}, initial: null, grid: null }, tasks, { folder, identity: 'test', initial });
  return folder;
}

const models = async (input: ConfigInput, initial: ModelReference | null): Promise<unknown[]> =>
  Promise.all([1, 2].map(async (seed) => weights(join(await fitted(seed, input, initial), 'model'))));

it('is nothing where heads, order and dropout are given', async () => {
  const [one, two] = await models(NOTHING, trained);
  expect(two).toEqual(one);
});

it.each<[string, ConfigInput, boolean]>([
  ['the weights of new heads', NOTHING, true],
  ['the order of the examples', { ...NOTHING, sampling: { order: 'fresh' } }, false],
  ["the encoder's dropout", { ...NOTHING, model: { dropout: 0.1, headDropout: 0 } }, false],
])('is %s', async (_, input, newHeads) => {
  const [one, two] = await models(input, newHeads ? null : trained);
  expect(two).not.toEqual(one);
});
