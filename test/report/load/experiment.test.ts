/** What the report takes from an output folder: of runs that are finished, and what it says of files that are damaged. */
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planRuns, type PlannedRun } from '../../../src/experiment/arms.js';
import { withSetting } from '../../../src/experiment/grid.js';
import { experimentResults, writeResults } from '../../../src/experiment/results.js';
import { readRunRecord, writeRunRecord, writeRunStart, type RunRecord } from '../../../src/experiment/run-record.js';
import { runFolder } from '../../../src/experiment/sources.js';
import { configSchema, type ConfigInput } from '../../../src/config/schema.js';
import { loadExperiment } from '../../../src/report/load/experiment.js';
import { writeReport } from '../../../src/report/write-report.js';
import { temporaryFolder } from '../../train/tiny-model.js';
import { recordOf, resultOf } from '../made-experiment.js';

const RUN = 'single/rte/seed-1';
const STEP = { step: 1, loss: 0.7, lambda: null, learningRate: 0.1, gradientNorm: 1, tokens: 64, tasks: { rte: { count: 8, loss: 0.7 } } };

const TAUGHT: ConfigInput = { arms: ['single', 'single-single'], tasks: ['rte'], seeds: [1] };

const variantOf = (setting: string): ConfigInput => ({
  ...{ arms: ['single', 'slow'], tasks: ['rte', 'sst2'], seeds: [1] },
  variants: { slow: { arm: 'multi', set: [setting] } },
});

/** Every run finished, and a test between two arms. */
async function outputFolder(input: ConfigInput = TAUGHT, made: (run: PlannedRun) => RunRecord = recordOf): Promise<string> {
  const outDir = await temporaryFolder();
  const config = configSchema.parse(input);
  for (const run of planRuns(config)) {
    const folder = runFolder(outDir, run.id);
    await mkdir(folder, { recursive: true });
    const { format: _format, ...outcome } = made(run);
    await writeRunStart(folder, { settings: outcome.settings, computes: undefined });
    await writeRunRecord(folder, outcome);
    await writeFile(join(folder, 'steps.jsonl'), `${JSON.stringify(STEP)}\n`);
  }
  const runs = [resultOf('single', 1, { rte: 0.6 }), resultOf('single-single', 1, { rte: 0.7 })];
  await writeResults(outDir, experimentResults(config, { computes: null, runs, failures: [], grid: [] }));
  return outDir;
}

describe('the runs of an experiment', () => {
  it('are those that are finished, with their logs', async () => {
    const { runs, planned } = await loadExperiment(await outputFolder());
    expect(runs.map(({ run, course }) => [run.id, course?.tokens])).toEqual([
      [RUN, 64],
      ['single-single/rte/seed-1', 64],
    ]);
    expect(planned).toBe(2);
  });

  it('are not those that have been begun anew with other settings since', async () => {
    const outDir = await outputFolder();
    const student = runFolder(outDir, 'single-single/rte/seed-1');
    await writeRunStart(student, { settings: { kind: 'single', 'single.layerDecay': 0.5 }, computes: undefined });
    const { runs, planned } = await loadExperiment(outDir);
    expect(runs.map(({ run }) => run.id)).toEqual([RUN]);
    expect(planned).toBe(2);
  });

  it.each([
    ['a variant that was changed since are not', variantOf('multi.learningRate=0.1'), ['single/rte/seed-1', 'single/sst2/seed-1']],
    ['one that was not are', variantOf('multi.learningRate=0.2'), ['single/rte/seed-1', 'single/sst2/seed-1', 'slow/all/seed-1']],
  ])('of %s among them', async (_what, now, found) => {
    const outDir = await outputFolder(variantOf('multi.learningRate=0.2'));
    await writeResults(outDir, experimentResults(configSchema.parse(now), { computes: null, runs: [], failures: [], grid: [] }));
    const { runs, planned } = await loadExperiment(outDir);
    expect(runs.map(({ run }) => run.id)).toEqual(found);
    expect(planned).toBe(3);
  });

  it('are not those whose teachers are to be trained anew, or have been', async () => {
    const outDir = await outputFolder();
    const record = (await readRunRecord(runFolder(outDir, RUN))) as RunRecord;
    await writeRunRecord(runFolder(outDir, RUN), { ...record, modelHash: 'trained anew' });
    expect((await loadExperiment(outDir)).runs.map(({ run }) => run.id)).toEqual([RUN]);
    await writeRunRecord(runFolder(outDir, RUN), { ...record, settings: { ...record.settings, 'single.epochs': 9 } });
    expect((await loadExperiment(outDir)).runs).toEqual([]);
  });

  it('have the setting that their grid chose on dev', async () => {
    const config: ConfigInput = {
      arms: ['single'],
      tasks: ['rte'],
      seeds: [1, 2],
      single: { grid: { learningRate: [0.1, 0.2], seeds: 1 } },
    };
    const setOf = (run: PlannedRun): PlannedRun => (run.grid === null ? run : withSetting(run, { learningRate: 0.2, layerDecay: 1 }));
    const scoreOf = (run: PlannedRun): number => (run.arm.includes('0.2') ? 0.8 : 0.6);
    const made = (run: PlannedRun): RunRecord => ({ ...recordOf(setOf(run)), scores: { rte: { accuracy: scoreOf(run) } } });
    const outDir = await outputFolder(config, made);
    expect((await loadExperiment(outDir)).runs).toHaveLength(4);
    // Had the other trial been the best, the models of the arm would be of another setting.
    const trial = runFolder(outDir, 'single@rate-0.1-decay-1/rte/seed-1');
    await writeRunRecord(trial, { ...((await readRunRecord(trial)) as RunRecord), scores: { rte: { accuracy: 0.9 } } });
    expect((await loadExperiment(outDir)).runs.map(({ run }) => run.arm)).toEqual(['single@rate-0.1-decay-1', 'single@rate-0.2-decay-1']);
  });

  it('may be none, with no results written yet', async () => {
    const outDir = await temporaryFolder();
    const config = configSchema.parse(TAUGHT);
    await writeFile(join(outDir, 'experiment.json'), JSON.stringify({ format: 1, config, settings: {}, inputs: {} }));
    const page = await readFile((await writeReport({ outDir })).file, 'utf8');
    expect(page).toContain('0 of 2 models finished so far.');
    expect(page).toContain('There are no scores yet');
    expect(page.slice(page.indexOf('<main'), page.indexOf('</main>'))).not.toMatch(/Infinity|NaN|undefined/);
  });

  it('may have more dev examples than fit on the stack', async () => {
    const outDir = await outputFolder();
    const count = 150_000;
    const lines = Array.from({ length: count }, (_, index) =>
      JSON.stringify({ task: 'stsb', split: 'dev', index, gold: 1, prediction: 1, probabilities: null }),
    );
    await writeFile(join(runFolder(outDir, RUN), 'predictions.jsonl'), `${lines.join('\n')}\n`);
    const [first] = (await loadExperiment(outDir)).runs;
    expect(first?.answers?.get('stsb')?.answers).toHaveLength(count);
  });
});

describe('a damaged file', () => {
  it('of a run’s logs is named with its line; removed, the report does without it', async () => {
    const outDir = await outputFolder();
    const file = join(runFolder(outDir, RUN), 'steps.jsonl');
    await appendFile(file, '{"step":2,\n');
    await expect(loadExperiment(outDir)).rejects.toMatchObject({
      code: 'ERR_OUTPUT_FOLDER',
      message: expect.stringMatching(/steps\.jsonl:2 is malformed: .*\. Remove the file; the report then does without it$/),
    });
    await rm(file);
    const [first] = (await loadExperiment(outDir)).runs;
    expect(first).toMatchObject({ run: { id: RUN }, course: null });
  });

  const spoil = async (change: (text: string) => string): Promise<unknown> => {
    const outDir = await outputFolder();
    const file = join(outDir, 'results.json');
    await writeFile(file, change(await readFile(file, 'utf8')));
    return loadExperiment(outDir).catch((error: unknown) => error);
  };

  it('with the results is written anew, not removed', async () => {
    expect(await spoil((text) => text.slice(0, text.length / 2))).toMatchObject({
      code: 'ERR_OUTPUT_FOLDER',
      message: expect.stringMatching(
        /results\.json is malformed: .*\. The same 'bornagain run' writes it anew, and trains nothing again that is finished$/,
      ),
    });
  });

  it.each(['u', 'p', 'pHolm', 'method', 'cliffsDelta', 'significant', 'paired', 'note'])(
    'is one whose tests between arms lack %s',
    async (key) => {
      const found = await spoil((text) => {
        const results = JSON.parse(text) as { tests: Record<string, unknown>[] };
        return JSON.stringify({ ...results, tests: results.tests.map(({ [key]: _left, ...test }) => test) });
      });
      expect(found).toMatchObject({ code: 'ERR_OUTPUT_FOLDER', message: expect.stringContaining(`tests[0].${key}`) });
    },
  );
});
