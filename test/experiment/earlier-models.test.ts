/** Models of an earlier call that this one would replace: refused where a variant's own settings do it, told before where teachers do. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.js';
import { forecast, type Forecast } from '../../src/experiment/forecast.js';
import { renderForecast } from '../../src/report/index.js';
import { temporaryFolder } from '../train/tiny-model.js';
import type { Place } from '../train/training-rig.js';
import { abortAt, copyOf, experiment, experimentConfig, rtePlace, snapshot, started } from './experiment-rig.js';

const base = { tasks: ['rte'], arms: ['single', 'slow'], seeds: [1, 2] } satisfies ConfigInput;
const variant = (set: string[], more: object = {}): ConfigInput => ({
  ...base,
  variants: { slow: { arm: 'single-single', set, ...more } },
});
const begun = variant(['single.learningRate=1e-9']);
let place: Place;
let outDir: string;

beforeAll(async () => {
  place = await rtePlace();
  outDir = await temporaryFolder();
  await experiment({ ...place, outDir, config: begun });
});

const plan = (folder: string, config: ConfigInput): Promise<Forecast> =>
  forecast({ ...place, outDir: folder, config: experimentConfig(config), onEvent: () => {} });

async function refuses(folder: string, config: ConfigInput, message: RegExp): Promise<void> {
  const before = await snapshot(folder);
  const refusal = { code: 'ERR_OUTPUT_FOLDER', message: expect.stringMatching(message) };
  await expect(experiment({ ...place, outDir: folder, config })).rejects.toMatchObject(refusal);
  await expect(plan(folder, config)).rejects.toMatchObject(refusal);
  expect(await snapshot(folder)).toEqual(before);
}

describe('a variant with other settings', () => {
  it('is refused where its models are finished, with the setting and what to do', async () => {
    const message =
      /2 models of variant slow with other settings: single\.learningRate is 1e-9 there and 1e-8 here\. Nothing was changed\. Give/;
    await refuses(outDir, variant(['single.learningRate=1e-8']), message);
  });

  it('is refused for another arm, and for other teachers', async () => {
    const set = ['single.learningRate=1e-9'];
    await refuses(outDir, variant(set, { arm: 'single' }), /variants\.slow\.teachers is single there and none here/);
    const variants: ConfigInput['variants'] = { slow: { arm: 'single-single', set, teachers: 'other' }, other: { arm: 'single', set } };
    await refuses(outDir, { ...base, variants }, /variants\.slow\.teachers is single there and other here/);
  });

  it('is refused where a model is begun', async () => {
    const folder = await copyOf(outDir);
    await rm(join(folder, 'runs/slow'), { recursive: true });
    await expect(experiment({ ...place, outDir: folder, config: begun, ...abortAt('slow/rte/seed-1', 2) })).rejects.toThrow();
    await refuses(folder, variant(['single.learningRate=1e-8']), /1 model of variant slow/);
  });

  it('is trained where none of its models is begun, or it has another name', async () => {
    const folder = await copyOf(outDir);
    const variants = { ...variant(['single.learningRate=1e-9']).variants, fast: { arm: 'single' as const, set: ['single.epochs=2'] } };
    const { events } = await experiment({ ...place, outDir: folder, config: { ...begun, arms: ['single', 'slow', 'fast'], variants } });
    expect(started(events)).toEqual(['fast/rte/seed-1', 'fast/rte/seed-2']);
    await rm(join(folder, 'runs/slow'), { recursive: true });
    const other = await experiment({ ...place, outDir: folder, config: variant(['single.learningRate=1e-8']) });
    expect(started(other.events)).toEqual(['slow/rte/seed-1', 'slow/rte/seed-2']);
  });

  it('is the same again when it was left out for a call', async () => {
    const folder = await copyOf(outDir);
    await experiment({ ...place, outDir: folder, config: { ...base, arms: ['single'] } });
    expect(started((await experiment({ ...place, outDir: folder, config: begun })).events)).toEqual([]);
  });
});

describe('teachers that are others than before', () => {
  const others = async (): Promise<string> => {
    const folder = await copyOf(outDir);
    for (const file of ['run.json', 'result.json']) {
      const path = join(folder, 'runs/slow/rte/seed-1', file);
      const record = JSON.parse(await readFile(path, 'utf8')) as { settings: object };
      await writeFile(path, JSON.stringify({ ...record, settings: { ...record.settings, 'teacher of.rte': '0'.repeat(64) } }));
    }
    return folder;
  };

  it('have their student replaced, which a dry run says', async () => {
    const folder = await others();
    const changed = await plan(folder, begun);
    expect(changed.runs.map(({ run, replaces }) => [run.id, replaces])).toEqual([
      ['single/rte/seed-1', 'no'],
      ['single/rte/seed-2', 'no'],
      ['slow/rte/seed-1', 'yes'],
      ['slow/rte/seed-2', 'no'],
    ]);
    expect(renderForecast(changed)).toMatch(/\nReplaced: 1 finished model, trained anew because what they depend on has changed\.$/);
    await rm(join(folder, 'runs/single'), { recursive: true });
    expect(renderForecast(await plan(folder, begun))).toMatch(/\nPerhaps replaced: 2 finished models, .*$/);
    expect(renderForecast(await plan(outDir, begun))).not.toMatch(/replaced/i);
  });

  it('leave no result of the old training once the new one has begun', async () => {
    const folder = await others();
    await expect(experiment({ ...place, outDir: folder, config: begun, ...abortAt('slow/rte/seed-1', 1) })).rejects.toThrow();
    const run = join(folder, 'runs/slow/rte/seed-1');
    expect(existsSync(join(run, 'result.json'))).toBe(false);
    expect(existsSync(join(run, 'run.json'))).toBe(true);
    await experiment({ ...place, outDir: folder, config: begun });
    const decided = (path: string): boolean => /^runs\/.*(steps\.jsonl|predictions\.jsonl|safetensors)$/.test(path);
    expect(await snapshot(folder, decided)).toEqual(await snapshot(outDir, decided));
  });
});
