/** What a program that opens a model may get wrong, or be given: a model that is broken, and no compiler that checks its calls. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { initHead } from '../../src/nn/head.js';
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
  const limit = { maxLength: 48, truncation: 'reference' } as const;
  const info = { arm: 'single', seed: 1, tasks: [task], preset: 'custom', scores: {}, ...limit };
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

it('computes by the defaults where nothing else is said, and is closed at the end of its block', async () => {
  const folder = await modelOf('rte');
  const partly = await Predictor.open(folder, { threads: 1 });
  const expected = await partly.predict('rte', ROWS);
  {
    await using predictor = await Predictor.open(folder, { threads: 1, engine: 'auto', evaluationBatchTokens: 4096 });
    expect(await predictor.predict('rte', ROWS)).toEqual(expected);
  }
  const plain = await Predictor.open(folder);
  expect(await plain.predict('rte', ROWS)).toHaveLength(2);
  for (const predictor of [partly, plain]) {
    await predictor[Symbol.asyncDispose]();
    await expect(predictor.predict('rte', ROWS)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' });
  }
});

it('refuses a runtime that the configuration would refuse', async () => {
  const folder = await modelOf('rte');
  const open = (runtime: object) => Predictor.open(folder, runtime);
  const message = 'runtime: runtime.thread: unknown key; did you mean runtime.threads?';
  await expect(open({ thread: 1 })).rejects.toMatchObject({ code: 'ERR_CONFIG', message });
  await expect(open({ threads: -1 })).rejects.toMatchObject({ code: 'ERR_CONFIG' });
});

it('says what is wrong with a call that no compiler has seen', async () => {
  const folder = await modelOf('rte');
  const refused = (what: string): object => ({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(what) as string });
  for (const dir of [undefined, pathToFileURL(folder)]) {
    await expect(Predictor.open(dir as unknown as string)).rejects.toMatchObject(refused("modelDir must be the path of a model's folder"));
  }
  await using predictor = await Predictor.open(folder, { threads: 1 });
  await expect(predictor.predict(undefined as unknown as string, ROWS)).rejects.toMatchObject(
    refused('taskName must be the name of a task'),
  );
  for (const rows of [undefined, {}]) {
    await expect(predictor.predict('rte', rows as typeof ROWS)).rejects.toMatchObject(refused('rows must be a list of { textA, textB }'));
  }
});
