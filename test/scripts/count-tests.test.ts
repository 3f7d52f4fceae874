import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from './fake-libtorch.js';
import { runModule } from './run-module.js';

async function count(report: unknown, status: number): Promise<unknown> {
  const folder = temporaryFolder();
  if (report !== null) writeFiles(folder, { 'report.json': JSON.stringify(report) });
  const file = JSON.stringify(path.join(folder, 'report.json'));
  const { stdout } = await runModule('count-tests.mjs', `console.log(JSON.stringify(module.countTests(${file}, ${status})));`);
  return JSON.parse(stdout);
}

const file = (status: string, ...results: string[]) => ({ status, assertionResults: results.map((result) => ({ status: result })) });

test.each([
  [
    'all pass, a skipped one counts as neither',
    { testResults: [file('passed', 'passed', 'passed'), file('passed', 'skipped')] },
    0,
    { passed: 2, failed: 0 },
  ],
  ['a failing test counts once, not its file', { testResults: [file('failed', 'passed', 'failed')] }, 1, { passed: 1, failed: 1 }],
  ['a file that cannot be loaded counts', { testResults: [file('failed'), file('passed', 'passed')] }, 1, { passed: 1, failed: 1 }],
  ['a failing hook counts though its tests do not', { testResults: [file('failed', 'passed', 'skipped')] }, 1, { passed: 1, failed: 1 }],
  ['an error outside any test', { testResults: [file('passed', 'passed')] }, 1, { passed: 1, failed: 1 }],
  ['no report at all', null, 1, { passed: 0, failed: 1 }],
])('%s', async (_, report, status, expected) => {
  expect(await count(report, status)).toEqual(expected);
});
