/** Several writers of one report, and what a killed one leaves. The scores are published ones: a report needs no more than results.json. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ExperimentResults } from '../../src/experiment/results.js';
import { writeReport } from '../../src/report/write-report.js';
import { snapshot } from '../experiment/experiment-rig.js';
import { temporaryFolder } from '../train/tiny-model.js';

const published = async (): Promise<ExperimentResults> =>
  JSON.parse(await readFile('docs/results/minilm/results.json', 'utf8')) as ExperimentResults;

const writeResults = (outDir: string, results: ExperimentResults): Promise<void> =>
  writeFile(join(outDir, 'results.json'), JSON.stringify(results));

/** As an experiment has them whose first arm alone is finished: fewer tables and figures. */
const ofFirstArm = ({ runs, summary, ...rest }: ExperimentResults): ExperimentResults => ({
  ...rest,
  runs: runs.filter(({ arm }) => arm === summary[0]?.arm),
  summary: summary.slice(0, 1),
  tests: [],
});

it('ends as the whole report of the last results, however many write it meanwhile', async () => {
  const [outDir, alone] = [await temporaryFolder(), await temporaryFolder()];
  const results = await published();
  await writeResults(alone, ofFirstArm(results));
  await writeReport({ outDir: alone });
  await writeResults(outDir, results);
  const write = () => writeReport({ outDir });
  const early = write();
  while (!existsSync(join(outDir, 'report/figures'))) await setTimeout(1);
  await writeResults(outDir, ofFirstArm(results));
  const [first, ...others] = await Promise.all([early, write(), write(), write()]);
  for (const { figures } of others) expect(figures).toBeLessThan(first.figures);
  expect(await snapshot(join(outDir, 'report'))).toEqual(await snapshot(join(alone, 'report')));
  expect((await readdir(outDir)).sort()).toEqual(['report', 'results.json']);
}, 60_000);

it('takes away what an earlier one and a killed one have left, and nothing of its user', async () => {
  const outDir = await temporaryFolder();
  await writeResults(outDir, ofFirstArm(await published()));
  await writeReport({ outDir });
  const before = await snapshot(join(outDir, 'report'));
  const cut = (name: string): string => `.${name}.7-4ea99be7-816a-40cf-8641-ed8186733a36.tmp`;
  const left = [cut('index.html'), `tables/${cut('medians.md')}`, 'tables/of-an-earlier-one.md', 'figures/of-an-earlier-one.svg'];
  for (const name of [...left, 'notes.txt']) await writeFile(join(outDir, 'report', name), '');
  await mkdir(join(outDir, 'report/tables/folder'));
  await writeReport({ outDir });
  expect(Object.keys(await snapshot(join(outDir, 'report')))).toEqual([...Object.keys(before), 'notes.txt'].sort());
}, 60_000);
