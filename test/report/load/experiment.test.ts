/** What the report takes from an output folder: of runs that are finished, and what it says of files that are damaged. */
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planRuns } from '../../../src/experiment/arms.js';
import { experimentResults, writeResults } from '../../../src/experiment/results.js';
import { writeRunRecord, writeRunStart } from '../../../src/experiment/run-record.js';
import { runFolder } from '../../../src/experiment/sources.js';
import { configSchema } from '../../../src/config/schema.js';
import { loadExperiment } from '../../../src/report/load/experiment.js';
import { temporaryFolder } from '../../train/tiny-model.js';
import { recordOf, resultOf } from '../made-experiment.js';

const RUN = 'single/rte/seed-1';
const STEP = { step: 1, loss: 0.7, lambda: null, learningRate: 0.1, gradientNorm: 1, tokens: 64, tasks: { rte: { count: 8, loss: 0.7 } } };

/** Two finished runs, and a test between their arms. */
async function outputFolder(): Promise<string> {
  const outDir = await temporaryFolder();
  const config = configSchema.parse({ arms: ['single', 'single-single'], tasks: ['rte'], seeds: [1] });
  for (const run of planRuns(config)) {
    const folder = runFolder(outDir, run.id);
    await mkdir(folder, { recursive: true });
    const { format: _format, ...outcome } = recordOf(run);
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
    await writeRunStart(runFolder(outDir, RUN), { settings: { kind: 'single', 'single.layerDecay': 0.5 }, computes: undefined });
    const { runs, planned } = await loadExperiment(outDir);
    expect(runs.map(({ run }) => run.id)).toEqual(['single-single/rte/seed-1']);
    expect(planned).toBe(2);
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
