/**
 * `npm run test:interop`: compares with live peers (Transformers, PyTorch, scikit-learn, scipy, pyarrow), prints a table and closes with
 * `N passed, N failed`. Arguments choose comparisons by name: `npm run test:interop -- encoder metrics`. See test/interop/README.md.
 */
import path from 'node:path';
import { execute, main } from './lib/console.mjs';
import { ensureMiniLm } from './lib/minilm.mjs';
import { ensurePeers } from './lib/peers.mjs';
import { setup } from './lib/setup.mjs';
import { ROOT } from './lib/stamp.mjs';

await main(() => {
  setup();
  const python = ensurePeers();
  ensureMiniLm();
  const runner = path.join(ROOT, 'test', 'interop', 'lib', 'run.ts');
  return execute(process.execPath, ['--import', 'tsx', runner, python, ...process.argv.slice(2)], { cwd: ROOT });
});
