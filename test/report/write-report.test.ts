/** The report's files, from a real experiment. What the page does in a browser is tested in browser.test.ts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { writeReport } from '../../src/report/write-report.js';
import { temporaryFolder } from '../train/tiny-model.js';
import { reportedExperiment, type ReportedExperiment } from './report-rig.js';

let made: ReportedExperiment;
const read = (...path: string[]): string => readFileSync(join(made.outDir, 'report', ...path), 'utf8');
const rowsOf = (table: string): Record<string, string>[] => parse(read('tables', `${table}.csv`), { columns: true });

beforeAll(async () => {
  made = await reportedExperiment();
});

describe('the report of an experiment', () => {
  it('has every section, table and figure', () => {
    const headings = [...read('index.html').matchAll(/<h2[^>]*>([^<]+)</g)].map(([, title]) => title);
    expect(headings).toEqual([
      'Results',
      'Every seed',
      'Who gains from sharing',
      'Ablations',
      'Beside the paper',
      'Learning curves',
      'Schedules',
      'Teacher and student',
      'Calibration',
      'Confusion',
      'Where student or teacher is wrong',
      'Cost',
      'To repeat it',
    ]);
    expect(readdirSync(join(made.outDir, 'report', 'figures'))).toHaveLength(made.written.figures);
    expect(readdirSync(join(made.outDir, 'report', 'tables'))).toHaveLength(2 * made.written.tables);
    expect(made.written.missing).toBeNull();
  });

  it('has no curves on dev where dev was only looked at when all was over', () => {
    expect(existsSync(join(made.outDir, 'report', 'tables', 'dev-scores.csv'))).toBe(false);
    expect(read('index.html')).not.toContain('On dev:');
  });

  it('gives the scores of results.json in full in its CSV files', () => {
    const { runs, summary } = JSON.parse(readFileSync(join(made.outDir, 'results.json'), 'utf8')) as ExperimentResults;
    const seeds = rowsOf('seeds').filter(({ task }) => task === 'RTE');
    expect(seeds.map(({ arm, seed, score }) => [arm, Number(seed), Number(score)])).toEqual(
      runs.map(({ arm, seed, tasks }) => [arm, seed, tasks['rte']?.accuracy]),
    );
    const spreads = rowsOf('spreads').filter(({ task }) => task === 'STS-B');
    expect(spreads.map(({ median, std, '95 % low': low }) => [Number(median), Number(std), Number(low)])).toEqual(
      summary.map(({ tasks }) => [tasks['stsb']?.median, tasks['stsb']?.std, tasks['stsb']?.interval?.low]),
    );
  });

  it('shows λ as it was annealed, and the shares of the tasks', () => {
    const lambdas = rowsOf('schedules').filter(({ arm }) => arm === 'single-multi');
    const steps = lambdas.length;
    expect(lambdas.map((row) => Number(row['λ']))).toEqual(lambdas.map((_, step) => step / steps));
    expect(
      rowsOf('schedules')
        .filter(({ arm }) => arm === 'lambda-0')
        .map((row) => row['λ']),
    ).toEqual(lambdas.map(() => '0'));
    const shares = rowsOf('shares').map(({ arm: _arm, ...tasks }) => Object.values(tasks).reduce((sum, share) => sum + Number(share), 0));
    for (const sum of shares) expect(sum).toBeCloseTo(1, 12);
  });

  it('names each of its inputs in words', () => {
    const splits = ['rte', 'stsb', 'mnli'].flatMap((task) => [`data of ${task}, train`, `data of ${task}, dev`]);
    expect(rowsOf('inputs').map(({ input }) => input)).toEqual(['model folder', ...splits, 'data of mnli, dev_mismatched']);
  });

  it('counts what training cost as the logs have it', () => {
    const steps = (id: string): number =>
      readFileSync(join(made.outDir, 'runs', id, 'steps.jsonl'), 'utf8')
        .trimEnd()
        .split('\n').length;
    const multi = rowsOf('cost').find(({ arm }) => arm === 'multi');
    const seeds = [1, 2, 3, 4, 5].map((seed) => steps(`multi/all/seed-${seed}`));
    expect([Number(multi?.['models']), Number(multi?.['steps'])]).toEqual([5, seeds.reduce((sum, count) => sum + count, 0)]);
  });

  it('escapes what it is given, and forbids the page every request', () => {
    const page = read('index.html');
    expect(page).toContain('bornagain run --out out --set &quot;a &lt;b&gt; &amp; c&quot;');
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; script-src &#39;sha256-/,
    );
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:/);
  });

  it('is the same again', async () => {
    const before = read('index.html');
    await writeReport({ outDir: made.outDir });
    expect(read('index.html')).toBe(before);
  });

  it('says so where the data are gone, and shows the examples without texts', async () => {
    await rename(made.dataDir, `${made.dataDir}-moved`);
    const { missing } = await writeReport({ outDir: made.outDir });
    expect(missing).toContain('The data folder is not where it was');
    expect(read('index.html')).toContain('&quot;textA&quot;:null'.replaceAll('&quot;', '"'));
    const { missing: found } = await writeReport({ outDir: made.outDir, dataDir: `${made.dataDir}-moved` });
    expect(found).toBeNull();
    await rename(`${made.dataDir}-moved`, made.dataDir);
  });

  it('refuses a folder that is no experiment by name', async () => {
    await expect(writeReport({ outDir: await temporaryFolder() })).rejects.toMatchObject({
      code: 'ERR_OUTPUT_FOLDER',
      message: expect.stringContaining('results.json'),
    });
  });
});
