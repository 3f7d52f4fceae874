/** What a run's seed decides, one thing at a time: with all else held fast, two seeds train two models by each of them. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Config, ConfigInput } from '../../src/config/schema.js';
import type { PlannedRun } from '../../src/experiment/arms.js';
import { createContext, type ModelReference } from '../../src/experiment/context.js';
import { fitModel, newModel } from '../../src/experiment/fit-model.js';
import { modelFolderHash } from '../../src/nn/model-folder.js';
import { readSafetensors, writeSafetensors } from '../../src/nn/safetensors.js';
import { temporaryFolder } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';
import { experimentConfig, rtePlace, weights } from './experiment-rig.js';

let place: Place;
/** With a head, so that a model that starts from it draws none. */
let trained: ModelReference;

beforeAll(async () => {
  place = await rtePlace();
  const modelDir = join(await fitted(1, NOTHING, null), 'model');
  trained = { modelDir, hash: await modelFolderHash(modelDir) };
});

const NOTHING: ConfigInput = { sampling: { order: 'fixed' }, model: { dropout: 0, headDropout: 0 } };

/** @returns the run's folder */
async function fitted(seed: number, input: ConfigInput, initial: ModelReference | null): Promise<string> {
  const folder = await temporaryFolder();
  const { context, run, tasks } = await planned(seed, input, place.modelDir);
  await fitModel(context, run, tasks, { folder, identity: 'test', initial });
  return folder;
}

async function planned(seed: number, input: ConfigInput, modelDir: string) {
  const config: Config = experimentConfig({ tasks: ['rte'], ...input });
  const folder = await temporaryFolder();
  const onEvent = (): void => undefined;
  const context = await createContext({ ...place, modelDir, config, tasks: ['rte'], teacherOutputsDir: folder, onEvent });
  const plan = { id: `single/rte/seed-${seed}`, arm: 'single', kind: 'single', tasks: ['rte'], seed, config } as const;
  const run: PlannedRun = { ...plan, teachers: {}, initial: null, grid: null };
  return { context, run, tasks: [{ dataset: context.data.get('rte', 'train'), teacher: null }] };
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

it('is the pooler of an encoder that has none', async () => {
  const modelDir = await temporaryFolder();
  await cp(place.modelDir, modelDir, { recursive: true });
  const file = join(modelDir, 'model.safetensors');
  const { tensors } = await readSafetensors(file);
  await writeSafetensors(file, new Map([...tensors].filter(([name]) => !name.includes('pooler'))));
  const drawn = async (seed: number): Promise<Float32Array | undefined> => {
    const { context, run, tasks } = await planned(seed, NOTHING, modelDir);
    const { bert, heads } = await newModel(context, run, tasks);
    const weight = bert.tensors().get('bert.pooler.dense.weight')?.data;
    for (const module of [bert, ...heads]) module.dispose();
    return weight;
  };
  const [one, again, two] = [await drawn(1), await drawn(1), await drawn(2)];
  expect(one).toHaveLength(16 * 16);
  expect(again).toEqual(one);
  expect(two).not.toEqual(one);
});
