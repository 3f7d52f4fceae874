/** A dry run against the run itself: the same steps, the same tokens where no task is drawn at random, and what is left of it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.js';
import { forecast, type Forecast } from '../../src/experiment/forecast.js';
import { renderForecast } from '../../src/report/index.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { readSteps } from '../train/training-rig.js';
import { experiment, experimentConfig, snapshot, started } from './experiment-rig.js';

it('forecasts the steps and tokens that training takes', async () => {
  const dataDir = await smallData(['RTE', 'STS-B'], 25);
  const place = { dataDir, modelDir: await tinyModel(dataDir) };
  const overrides = { tasks: ['rte', 'stsb'], arms: ['single', 'multi', 'single-multi'], sampling: { kind: 'copies' } } as const;
  const config = experimentConfig({ ...overrides, tasks: [...overrides.tasks], arms: [...overrides.arms] });
  const plan = await forecast({ ...place, config, onEvent: () => {} });
  const outDir = await temporaryFolder();
  expect(await readdir(outDir)).toEqual([]);
  await experiment({ ...place, outDir, config });
  for (const { run, steps, tokens } of plan.runs) {
    const log = await readSteps(join(outDir, 'runs', run.id));
    expect(steps).toBe(log.length);
    expect(tokens).toBeCloseTo(
      log.reduce((sum, line) => sum + line.tokens, 0),
      6,
    );
  }
  expect(plan.runs.map(({ needs }) => needs)).toEqual([[], [], [], ['single/rte/seed-1', 'single/stsb/seed-1']]);
  for (const { seconds } of plan.runs) expect(seconds).toBeGreaterThan(0);
  expect(renderForecast(plan)).toMatch(/single-multi │ +1 │ single /);
});

it('counts what an output folder has left to train, and changes nothing there', async () => {
  const dataDir = await smallData(['RTE', 'STS-B'], 25);
  const place = { dataDir, modelDir: await tinyModel(dataDir) };
  const outDir = await temporaryFolder();
  const begun = { tasks: ['rte', 'stsb'], arms: ['single'] } satisfies ConfigInput;
  const whole = { ...begun, arms: ['single', 'multi', 'single-multi'] } satisfies ConfigInput;
  const plan = (overrides: ConfigInput): Promise<Forecast> =>
    forecast({ ...place, outDir, config: experimentConfig(overrides), onEvent: () => {} });
  const anew = await plan(whole);
  await experiment({ ...place, outDir, config: begun });
  const before = await snapshot(outDir);

  const rest = await plan(whole);
  expect(await snapshot(outDir)).toEqual(before);
  expect(rest.runs.filter(({ finished }) => finished).map(({ run }) => run.id)).toEqual(['single/rte/seed-1', 'single/stsb/seed-1']);
  const left = (runs: Forecast['runs']): object[] => runs.map(({ run, steps, tokens, flops }) => ({ id: run.id, steps, tokens, flops }));
  const others = anew.runs.filter(({ run }) => run.arm !== 'single');
  expect(left(rest.runs)).toEqual([
    ...['rte', 'stsb'].map((task) => ({ id: `single/${task}/seed-1`, steps: 0, tokens: 0, flops: 0 })),
    ...left(others),
  ]);
  expect(Object.keys(rest.tokensPerSecond)).toEqual(['multi']);
  expect(rest.modelBytes).toBe(anew.modelBytes / 2);
  expect(renderForecast(rest)).toContain(
    'Finished: 2 of 4 models are there already, in the output folder or the shared one, and are not trained again.',
  );
  expect(renderForecast(anew)).not.toContain('Finished');

  const { events } = await experiment({ ...place, outDir, config: whole });
  expect(started(events)).toEqual(others.map(({ run }) => run.id));
  expect(renderForecast(await plan(whole))).toMatch(/Nothing is left to train: finished 4 of 4 models\.$/);
  await expect(plan({ ...whole, data: { maxLength: 32 } })).rejects.toMatchObject({
    code: 'ERR_OUTPUT_FOLDER',
    message: expect.stringContaining('data.maxLength is 48 there and 32 here'),
  });
});

it('counts what the folder that experiments share has, students of its teachers as well', async () => {
  const dataDir = await smallData(['RTE', 'STS-B'], 25);
  const place = { dataDir, modelDir: await tinyModel(dataDir) };
  const runtime = { threads: 1, checkpointSteps: 2, shareDir: await temporaryFolder() };
  const config = { tasks: ['rte', 'stsb'], arms: ['single', 'multi', 'single-multi'], runtime } satisfies ConfigInput;
  await experiment({ ...place, outDir: await temporaryFolder(), config: { ...config, arms: ['single-multi'] } });
  const plan = await forecast({ ...place, config: experimentConfig(config), onEvent: () => {} });
  expect(plan.runs.filter(({ finished }) => !finished).map(({ run }) => run.id)).toEqual(['multi/all/seed-1']);
});
