/** A finished run whose model was cut since: found out before anything needs it, and trained again. */
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.js';
import { temporaryFolder } from '../train/tiny-model.js';
import { experiment, rtePlace, started, weights } from './experiment-rig.js';

it('whose weights or heads were cut is trained again, to the same bytes, with a warning', async () => {
  const outDir = await temporaryFolder();
  const config: ConfigInput = { tasks: ['rte'], arms: ['single'] };
  const call = { ...(await rtePlace()), outDir, config };
  const { results } = await experiment(call);
  const before = await weights(outDir);
  const runId = 'single/rte/seed-1';
  const damage = {
    'model.safetensors': (path: string) => truncate(path, 100),
    'heads.safetensors': async (path: string) => rm(path),
    'config.json': (path: string) => truncate(path, 10),
  };
  for (const [file, spoil] of Object.entries(damage)) {
    const path = join(outDir, 'runs', runId, 'model', file);
    await spoil(path);
    const again = await experiment(call);
    expect(started(again.events)).toEqual([runId]);
    const message = `${path} is damaged or missing; the finished model is made anew`;
    expect(again.events).toContainEqual({ kind: 'notice', level: 'warning', runId, message });
    expect(again.results).toEqual(results);
    expect(await weights(outDir)).toEqual(before);
  }
  expect(started((await experiment(call)).events)).toEqual([]);
});
