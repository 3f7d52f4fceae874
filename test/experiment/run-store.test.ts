/** Runs that experiments share: found by what decides them, taken over byte for byte, never trusted blindly. */
import { execFileSync } from 'node:child_process';
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../src/config/schema.js';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { runKey } from '../../src/experiment/run-store.js';
import type { Settings } from '../../src/experiment/settings.js';
import { loadAddon } from '../../src/native/load.js';
import type { Computation } from '../../src/train/computation.js';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { readSteps, type Place } from '../train/training-rig.js';
import { experiment, snapshot, started, weights } from './experiment-rig.js';

let place: Place;
let shareDir: string;
let firstDir: string;
let results: ExperimentResults;

const sharing = (store: string, more: ConfigInput = {}): ConfigInput => ({
  tasks: ['rte', 'stsb'],
  ...more,
  runtime: { threads: 1, checkpointSteps: 2, shareDir: store, ...more.runtime },
});

beforeAll(async () => {
  const dataDir = await smallData(['RTE', 'STS-B'], 25);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
  shareDir = join(await temporaryFolder(), 'store');
  firstDir = await temporaryFolder();
  ({ results } = await experiment({ ...place, outDir: firstDir, config: sharing(shareDir) }));
});

async function copyOfStore(): Promise<string> {
  const copy = await temporaryFolder();
  await cp(shareDir, copy, { recursive: true });
  return copy;
}

/** What a run is, without how this experiment tells of it (times, settings of other arms in the model's card). */
const kept = (folder: string): Promise<Record<string, string>> =>
  snapshot(folder, (path) => /safetensors|config|vocab|steps\.jsonl|run\.json/.test(path));

describe('a second experiment', () => {
  it('takes what the first has trained, to the same bytes, and trains the rest', async () => {
    const outDir = await temporaryFolder();
    const second = await experiment({ ...place, outDir, config: sharing(shareDir, { arms: ['single-multi', 'single'], seeds: [1, 2] }) });
    expect(started(second.events)).toEqual(['single-multi/all/seed-2', 'single/rte/seed-2', 'single/stsb/seed-2']);
    expect(second.events).toContainEqual(
      expect.objectContaining({ kind: 'notice', level: 'info', runId: 'single/rte/seed-1', message: expect.stringContaining(shareDir) }),
    );
    const first = await kept(firstDir);
    const own = await kept(outDir);
    for (const path of Object.keys(first).filter((name) => /^runs\/single(-multi)?\//.test(name)))
      expect(own[path], path).toBe(first[path]);
    expect(second.results.runs.find(({ arm, seed }) => arm === 'single-multi' && seed === 1)).toEqual(results.runs[2]);
    expect((await readSteps(join(outDir, 'runs/single/rte/seed-1'))).length).toBe(3);
    // Of a model taken over, and of one trained here: what may be published does not say where the store lies.
    for (const path of ['seed-1/model/README.md', 'seed-1/model/bornagain.json', 'seed-2/model/README.md', 'seed-2/model/bornagain.json'])
      expect(await readFile(join(outDir, 'runs/single/rte', path), 'utf8'), path).not.toContain('runtime.');
  });

  it('gives the bytes of one that shares nothing', async () => {
    const outDir = await temporaryFolder();
    await experiment({ ...place, outDir, config: { tasks: ['rte', 'stsb'] } });
    expect(await weights(outDir)).toEqual(await weights(firstDir));
  });

  it('trains what is decided by something else: another rate, another teacher, another precision', async () => {
    const store = await copyOfStore();
    const slower = sharing(store, { arms: ['single-multi'], single: { epochs: 1, batchSize: 8, learningRate: 2e-3 } });
    const ran = started((await experiment({ ...place, outDir: await temporaryFolder(), config: slower })).events);
    expect(ran).toEqual(['single/rte/seed-1', 'single/stsb/seed-1', 'single-multi/all/seed-1']);
    const plain = sharing(store, { arms: ['multi'], runtime: { engine: 'plain' } });
    expect(started((await experiment({ ...place, outDir: await temporaryFolder(), config: plain })).events)).toEqual(['multi/all/seed-1']);
  });

  it('may work at the same time on the same store', async () => {
    const store = join(await temporaryFolder(), 'both');
    const outDirs = [await temporaryFolder(), await temporaryFolder()];
    const both = await Promise.all(outDirs.map((outDir) => experiment({ ...place, outDir, config: sharing(store) })));
    for (const { results: own } of both) expect(own.failures).toEqual([]);
    for (const outDir of outDirs) expect(await weights(outDir)).toEqual(await weights(firstDir));
    const entries = await readdir(store);
    expect(entries.filter((name) => name.startsWith('.'))).toEqual([]);
    expect(entries.sort()).toEqual((await readdir(shareDir)).filter((name) => entries.includes(name)).sort());
    expect(entries).toHaveLength(4);
  });
});

describe('a store', () => {
  it('whose model was damaged is not believed, said so, and mended', async () => {
    const store = await copyOfStore();
    const entry = await entryOf(store, 'multi');
    const heads = join(entry, 'model/heads.safetensors');
    const bytes = await readFile(heads);
    bytes.writeFloatLE(7, bytes.length - 4);
    await writeFile(heads, bytes);
    const config = sharing(store, { arms: ['multi'] });
    const outDir = await temporaryFolder();
    const { events } = await experiment({ ...place, outDir, config });
    expect(started(events)).toEqual(['multi/all/seed-1']);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'notice', level: 'warning', message: expect.stringContaining(entry) }));
    const again = await experiment({ ...place, outDir: await temporaryFolder(), config });
    expect(started(again.events)).toEqual([]);
  });

  it('whose model is not there is not believed, said so, and mended', async () => {
    const store = await copyOfStore();
    const weightsFile = join(await entryOf(store, 'multi'), 'model/model.safetensors');
    await rm(weightsFile);
    const config = sharing(store, { arms: ['multi'] });
    const { events, results: own } = await experiment({ ...place, outDir: await temporaryFolder(), config });
    expect(own.failures).toEqual([]);
    expect(started(events)).toEqual(['multi/all/seed-1']);
    expect(await readFile(weightsFile)).toEqual(await readFile(join(firstDir, 'runs/multi/all/seed-1/model/model.safetensors')));
  });

  it('whose record is malformed is passed over with a warning', async () => {
    const store = await copyOfStore();
    await writeFile(join(await entryOf(store, 'multi'), 'result.json'), '{');
    const { events, results: own } = await experiment({
      ...place,
      outDir: await temporaryFolder(),
      config: sharing(store, { arms: ['multi'] }),
    });
    expect(started(events)).toEqual(['multi/all/seed-1']);
    expect(events).toContainEqual(
      expect.objectContaining({ level: 'warning', message: expect.stringContaining('result.json is malformed') }),
    );
    expect(own.failures).toEqual([]);
  });

  it('that cannot be written costs the experiment nothing but a warning', async () => {
    const file = join(await temporaryFolder(), 'no-folder');
    await writeFile(file, '');
    const { events, results: own } = await experiment({
      ...place,
      outDir: await temporaryFolder(),
      config: sharing(file, { arms: ['multi'] }),
    });
    expect(own.failures).toEqual([]);
    expect(own.runs).toHaveLength(1);
    expect(events).toContainEqual(expect.objectContaining({ level: 'warning', message: expect.stringContaining('not shared') }));
  });
});

describe('a run in a store', () => {
  const { runtime } = configSchema.parse({});
  const fused = { device: 'cpu', engine: 'fused', precision: 'bf16' } as const;
  const keyOf = (settings: object, computes: Computation = fused, own: Partial<typeof runtime> = {}): string =>
    runKey(settings as Settings, { computes, config: { runtime: { ...runtime, ...own } } });

  it('is known by its settings in any order, and by how it is computed', () => {
    const key = keyOf({ a: 1, b: 'x' });
    expect(keyOf({ b: 'x', a: 1 }, fused, { threads: 5, parallelRuns: 2, checkpointSteps: 7 })).toBe(key);
    expect(keyOf({ a: 2, b: 'x' })).not.toBe(key);
    expect(keyOf({ a: 1, b: 'x' }, fused, { evaluationBatchTokens: 99 })).not.toBe(key);
  });

  const { instructionSet } = loadAddon().runtimeInfo();
  it.skipIf(instructionSet === 'portable')('is another one where the CPU has other instructions', () => {
    const code = `import { runKey } from ${JSON.stringify(pathToFileURL(resolve('dist/experiment/run-store.js')).href)};
      process.stdout.write(runKey({ a: 1 }, JSON.parse(process.argv[1])));`;
    const computed = JSON.stringify({ computes: fused, config: { runtime } });
    const keyThere = (env: NodeJS.ProcessEnv): string =>
      execFileSync(process.execPath, ['--input-type=module', '-e', code, computed], { encoding: 'utf8', env: { ...process.env, ...env } });
    expect(keyThere({})).toBe(keyOf({ a: 1 }));
    const other = keyThere({ BORNAGAIN_INSTRUCTION_SET: 'portable' });
    expect(other).toMatch(/^[0-9a-f]{64}$/);
    expect(other).not.toBe(keyOf({ a: 1 }));
  });

  it("is known by what 'auto' comes to, not by the word", () => {
    const key = keyOf({ a: 1 });
    expect(keyOf({ a: 1 }, { ...fused, precision: 'fp32' })).not.toBe(key);
    expect(keyOf({ a: 1 }, fused, { precision: 'bf16', engine: 'fused' })).toBe(key);
    const plain = { ...fused, engine: 'plain', precision: 'fp32' } as const;
    expect(keyOf({ a: 1 }, plain, { threads: 1 })).not.toBe(keyOf({ a: 1 }, plain, { threads: 2 }));
  });
});

async function entryOf(store: string, arm: string): Promise<string> {
  for (const name of await readdir(store)) {
    const record = JSON.parse(await readFile(join(store, name, 'result.json'), 'utf8')) as { arm: string };
    if (record.arm === arm) return join(store, name);
  }
  throw new Error(`no run of ${arm} in ${store}`);
}
