/** Watching real experiments: before they begin, while they train, when they stop and go on, when they are over. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/config/schema.js';
import { ExperimentObserver } from '../../../src/experiment/observe/observer.js';
import type { ExperimentState } from '../../../src/experiment/observe/state.js';
import { watchExperiment, type WatchOptions } from '../../../src/report/watch/watch.js';
import { abortAt, experiment, TASKS } from '../../experiment/experiment-rig.js';
import { smallData, temporaryFolder, tinyModel } from '../../train/tiny-model.js';
import type { Place } from '../../train/training-rig.js';
import { ask, listen } from './client.js';

const CONFIG = { arms: ['single', 'multi'], single: { epochs: 8, batchSize: 8, learningRate: 1e-3 } };
const RUNS = [...TASKS.map((task) => `single/${task}/seed-1`), 'multi/all/seed-1'];
let place: Place;

beforeAll(async () => {
  const dataDir = await smallData(['RTE', 'STS-B', 'MNLI'], 25);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
});

interface Watching {
  readonly lines: string[];
  readonly url: Promise<string>;
  readonly last: Promise<ExperimentState>;
}

function watching(outDir: string, options: Partial<WatchOptions> = {}): Watching {
  const lines: string[] = [];
  let [open, fail] = [(_url: string): void => undefined, (_error: unknown): void => undefined];
  const url = new Promise<string>((resolve, reject) => ([open, fail] = [resolve, reject]));
  const say = (line: string): void => void lines.push(line);
  const last = watchExperiment({ outDir, port: 0, keep: false, interval: 5, say, onListening: open, ...options });
  last.catch(fail);
  url.catch(() => undefined);
  return { lines, url, last };
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('watching an experiment', () => {
  it('waits for it, shows it grow, says a line for each model, and ends with it', async () => {
    const outDir = join(await temporaryFolder(), 'out');
    const { lines, url, last } = watching(outDir);
    const { states, ended } = listen(await url);
    await until(() => states.length > 0);
    const { results } = await experiment({ ...place, outDir, config: CONFIG });
    const averaged = ['stsb', 'mnli', 'rte'];
    expect(await last).toMatchObject({
      phase: 'ended',
      pid: null,
      planned: 4,
      running: [],
      failed: [],
      summary: results.summary,
      averaged,
    });
    expect(await ended).toBe(true);

    const phases = states.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
    expect(phases.at(0)).toBe('absent');
    expect(phases.slice(-2)).toEqual(['running', 'ended']);
    const running = states.flatMap((state) => state.running);
    expect(running.every(({ step, steps, curve }) => step <= steps && (curve.at(-1)?.[0] ?? 0) === step)).toBe(true);
    expect(running.some(({ step, loss, tokensPerSecond }) => step > 0 && loss !== null && tokensPerSecond !== null)).toBe(true);
    expect(states.some(({ secondsLeft }) => secondsLeft !== null && secondsLeft > 0)).toBe(true);
    const counts = states.map(({ finished }) => finished.length);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));

    expect(lines.filter((line) => line.includes(': finished in')).map((line) => line.slice(0, line.indexOf(':')))).toEqual(RUNS);
    expect(lines.at(-2)).toMatch(/^multi\/all\/seed-1: finished in .*, dev average \d\.\d{3} \(4 of 4\)$/);
    expect(lines.at(-1)).toBe('ended: 4 models finished, 0 failed');
  });

  it('stays with it when it stops, and sees it go on', async () => {
    const outDir = await temporaryFolder();
    const { lines, last } = watching(outDir);
    const { signal, onEvent } = abortAt('single/stsb/seed-1', 5);
    await expect(experiment({ ...place, outDir, config: CONFIG, signal, onEvent })).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    await until(() => lines.some((line) => line.startsWith('no process works on')));
    await experiment({ ...place, outDir, config: CONFIG });
    expect(await last).toMatchObject({ phase: 'ended', finished: RUNS.map((runId) => ({ runId })) });
  });

  it('does not count models of a variant that were trained with other settings', async () => {
    const outDir = await temporaryFolder();
    const config: ConfigInput = {
      ...{ arms: ['multi', 'slow'], seeds: [1, 2], multi: { epochs: 1, batchSize: 16 } },
      variants: { slow: { arm: 'multi', set: ['multi.learningRate=0.0001'] } },
    };
    await experiment({ ...place, outDir, config });
    // As versions left it that let a variant's settings change over its models.
    for (const file of ['seed-1/run.json', 'seed-1/result.json', 'seed-2/run.json', 'seed-2/result.json']) {
      const path = join(outDir, 'runs/slow/all', file);
      const written = JSON.parse(await readFile(path, 'utf8')) as { settings: object };
      await writeFile(path, JSON.stringify({ ...written, settings: { ...written.settings, 'multi.learningRate': 0.0002 } }));
    }
    const state = await new ExperimentObserver(outDir).read();
    expect(state).toMatchObject({ phase: 'stopped', planned: 4, finished: [{ runId: 'multi/all/seed-1' }, { runId: 'multi/all/seed-2' }] });
    expect(state.summary.map(({ arm }) => arm)).toEqual(['multi']);
  });

  it('ends at once where all is done; with keep it serves until it is told to end', async () => {
    const outDir = await temporaryFolder();
    await experiment({ ...place, outDir, config: CONFIG });
    const { lines, last } = watching(outDir);
    expect(await last).toMatchObject({ phase: 'ended' });
    expect(lines.slice(1)).toEqual(['4 models finished before', 'ended: 4 models finished, 0 failed']);

    const controller = new AbortController();
    const kept = watching(outDir, { keep: true, signal: controller.signal });
    const url = await kept.url;
    await until(() => kept.lines.length === 3);
    const { body } = await ask(url, '/state.json');
    expect(JSON.parse(body)).toMatchObject({ phase: 'ended', planned: 4 });
    expect((await ask(url, `/runs/${RUNS[0]}/evaluations.jsonl`)).body).toContain('"split":"dev"');
    controller.abort();
    expect(await kept.last).toMatchObject({ phase: 'ended' });
    await expect(ask(url, '/')).rejects.toThrow('ECONNREFUSED');
  });

  it('tells what failed, and what was not trained for it', async () => {
    const outDir = await temporaryFolder();
    const { lines, last } = watching(outDir);
    const config = { arms: ['single', 'single-single'], tasks: ['rte'], single: { epochs: 2, batchSize: 8, learningRate: 1e30 } };
    await experiment({ ...place, outDir, config });
    const failed = [
      { runId: 'single/rte/seed-1', after: null },
      { runId: 'single-single/rte/seed-1', after: 'single/rte/seed-1' },
    ];
    expect(await last).toMatchObject({ phase: 'ended', finished: [], failed });
    expect(lines.at(-1)).toBe('ended: 0 models finished, 2 failed');
  });

  it.each([
    ['some file', 'notes.txt', 'holds no experiment'],
    ['a single model', 'run.json', "holds a single model of 'bornagain train'"],
  ])('refuses a folder with %s in it', async (_what, name, message) => {
    const outDir = await temporaryFolder();
    await writeFile(join(outDir, name), '{}');
    await expect(watching(outDir).last).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining(message) });
  });

  it('refuses a plan that is malformed', async () => {
    const outDir = await temporaryFolder();
    await mkdir(join(outDir, 'runs'));
    await writeFile(join(outDir, 'plan.json'), '{"format":1,"runs":[{}]}');
    await expect(watching(outDir).last).rejects.toMatchObject({ code: 'ERR_OUTPUT_FOLDER' });
  });
});
