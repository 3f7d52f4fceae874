/** A dry run against the run itself: the same steps, and the same tokens where no task is drawn at random. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forecast } from '../../src/experiment/forecast.js';
import { renderForecast } from '../../src/report/index.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { readSteps } from '../train/training-rig.js';
import { experiment, experimentConfig } from './experiment-rig.js';

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
