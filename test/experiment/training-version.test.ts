/**
 * Tells when the code has come to train the same settings to another model: then TRAINING_VERSION is raised, and the losses below are
 * written anew. They are this program's own, of the plain engine in fp32; that they are right is what the other tests are for.
 */
import { expect, it } from 'vitest';
import { TRAINING_VERSION } from '../../src/experiment/settings.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { readSteps, trainRte } from '../train/training-rig.js';

const LOSSES = {
  version: 1,
  losses: [0.69744, 0.69644, 0.69419, 0.68796, 0.71608, 0.67755, 0.71223, 0.69365, 0.68183, 0.67339, 0.69722, 0.69158],
};

it('trains the tiny model as this version of the code always has', async () => {
  const dataDir = await smallData(['RTE'], 49);
  const folder = await temporaryFolder();
  const single = { epochs: 2, batchSize: 8, learningRate: 1e-2 };
  const config = { single, runtime: { threads: 1, checkpointSteps: 0, engine: 'plain', precision: 'fp32' } } as const;
  await trainRte({ dataDir, modelDir: await tinyModel(dataDir), folder, config });
  const losses = (await readSteps(folder)).map(({ loss }) => loss);
  expect(LOSSES.version).toBe(TRAINING_VERSION);
  expect(losses).toHaveLength(LOSSES.losses.length);
  losses.forEach((loss, step) => expect(loss, `loss of step ${step + 1}`).toBeCloseTo(LOSSES.losses[step] ?? NaN, 4));
});
