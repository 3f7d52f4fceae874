/** `npm test`: sets up what is missing, runs vitest, and closes with `N passed, N failed`. Further arguments go to vitest. */
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { execute, main, say } from './lib/console.mjs';
import { countTests } from './lib/count-tests.mjs';
import { setup } from './lib/setup.mjs';
import { ROOT } from './lib/stamp.mjs';

await main(() => {
  setup();
  const resultFile = path.join(ROOT, 'build', 'test-results.json');
  rmSync(resultFile, { force: true });
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultFile}`];
  const status = execute(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], { cwd: ROOT });
  const { passed, failed } = countTests(resultFile, status);
  say(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : status;
});
