/** What a program that opens a model may get wrong, or be given: a model that is broken, and no compiler that checks its calls. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { initHead } from '../../src/nn/head.js';
import type { ModelInfo } from '../../src/nn/heads-file.js';
import { openModelFolder, writeModelFolder } from '../../src/nn/model-folder.js';
import { taskByName } from '../../src/tasks/index.js';
import { configSchema } from '../../src/config/schema.js';
import { headSpec } from '../../src/train/heads.js';
import { Predictor } from '../../src/train/predictor.js';
import { temporaryFolder } from './tiny-model.js';

const ENCODER = 'models/tiny-bert';
const config = configSchema.parse({ runtime: { threads: 1 } });
const ROWS = [
  { textA: 'a dog', textB: 'an ox' },
  { textA: 'a cat', textB: 'a hen' },
];

/** A model with an untrained head, whose values are those that `value` makes of the drawn ones. */
async function modelOf(task: string, value: (drawn: number) => number = (drawn) => drawn): Promise<string> {
  const { bert } = await openModelFolder(ENCODER, { device: 'cpu', dropout: null });
  const head = initHead(headSpec(taskByName(task), config.model), bert.config.hiddenSize, 'cpu', 1, 'truncated_normal');
  head.load(new Map([...head.tensors()].map(([name, { shape, data }]) => [name, { shape, data: data.map(value) }])));
  const folder = join(await temporaryFolder(), 'model');
  const info: ModelInfo = { arm: 'single', seed: 1, tasks: [task], preset: 'custom', scores: {}, maxLength: 48, truncation: 'reference' };
  await writeModelFolder(folder, { bert, heads: [head], tokenizerFrom: ENCODER, info });
  for (const module of [bert, head]) module.dispose();
  return folder;
}

it.each(['rte', 'stsb'])('names the row whose outputs are not finite, and says why (%s)', async (task) => {
  const folder = await modelOf(task, () => Number.NaN);
  const predictor = await Predictor.open(folder, config.runtime);
  await expect(predictor.predict(task, ROWS)).rejects.toMatchObject({
    code: 'ERR_MODEL_FOLDER',
    message:
      `${folder}: the model's outputs for row 0 (from 0), which begins with "a dog", are not finite: its training diverged, ` +
      'or its weights are damaged. Train it again, with a lower learning rate where it diverged',
    details: { row: 0 },
  });
  await predictor.close();
});
