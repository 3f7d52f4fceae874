/**
 * `npm test`: sets up what is missing, runs vitest, and closes with `N passed, N failed`. Further arguments go to vitest. A file that cannot
 * be loaded has no failing test in it and counts as one failure; so does an error outside any test.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { execute, main, say } from './lib/console.mjs';
import { setup } from './lib/setup.mjs';
import { ROOT } from './lib/stamp.mjs';

/** @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile */

/** @param {string} resultFile @param {number} status vitest's exit code */
function count(resultFile, status) {
  const json = existsSync(resultFile) ? readFileSync(resultFile, 'utf8') : '{ "testResults": [] }';
  const files = /** @type {{ testResults: TestFile[] }} */ (JSON.parse(json)).testResults;
  const results = files.flatMap((file) => file.assertionResults).map((test) => test.status);
  const broken = files.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length;
  const failed = results.filter((result) => result === 'failed').length + broken;
  return { passed: results.filter((result) => result === 'passed').length, failed: status !== 0 && failed === 0 ? 1 : failed };
}

main(() => {
  setup();
  const resultFile = path.join(ROOT, 'build', 'test-results.json');
  rmSync(resultFile, { force: true });
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultFile}`];
  const status = execute(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], { cwd: ROOT });
  const { passed, failed } = count(resultFile, status);
  say(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : status;
});
