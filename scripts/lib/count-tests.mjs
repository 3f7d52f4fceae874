/**
 * Counts what vitest's JSON report says. A file that cannot be loaded has no failing test in it and counts as one failure; so does an error
 * outside any test, of which only vitest's exit code tells.
 */
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile */

/** @param {string} resultFile @param {number} status vitest's exit code */
export function countTests(resultFile, status) {
  const json = existsSync(resultFile) ? readFileSync(resultFile, 'utf8') : '{ "testResults": [] }';
  const files = /** @type {{ testResults: TestFile[] }} */ (JSON.parse(json)).testResults;
  const results = files.flatMap((file) => file.assertionResults).map((test) => test.status);
  const broken = files.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length;
  const failed = results.filter((result) => result === 'failed').length + broken;
  return { passed: results.filter((result) => result === 'passed').length, failed: status !== 0 && failed === 0 ? 1 : failed };
}
