/** A model that cannot be opened to predict leaves nothing in memory. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { memory } from '../../src/tensor/index.js';
import { InferenceModel, type InferenceOptions } from '../../src/train/inference.js';

const CLASSIFIER = fileURLToPath(new URL('../fixtures/model-import/bin-classifier', import.meta.url));
const runtime = configSchema.parse({}).runtime;
const unheard = (): never => {
  throw new RangeError('nobody listens');
};

it.each<[string, InferenceOptions, number, object]>([
  ['there is no session for it', { task: 'rte' }, -1, { code: 'ERR_INVALID_ARGUMENT' }],
  ['whoever is told of it throws', { task: 'rte', onNotice: unheard }, 0, { message: 'nobody listens' }],
  ['nobody says of which task its head is', {}, 0, { code: 'ERR_MODEL_FOLDER' }],
])('where %s', async (_, options, threads, error) => {
  const before = memory();
  await expect(InferenceModel.open(CLASSIFIER, { ...runtime, threads }, options)).rejects.toMatchObject(error);
  const { modulesLive, sessionsLive, tensorsLive, bytes } = before;
  expect(memory()).toMatchObject({ modulesLive, sessionsLive, tensorsLive, bytes });
});
