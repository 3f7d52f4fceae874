/**
 * `npm run bench`: sets up both sides, this package and its peers of test/interop/requirements.txt in a folder of their own (or those of
 * BORNAGAIN_PEERS), and measures them in turn. Arguments go to bench/run.ts, which lists them.
 */
import path from 'node:path';
import { execute, main } from './lib/console.mjs';
import { compilePeers, ensurePeers } from './lib/peers.mjs';
import { setup } from './lib/setup.mjs';
import { ROOT } from './lib/stamp.mjs';

await main(() => {
  setup();
  const python = ensurePeers();
  compilePeers(python);
  return execute(process.execPath, ['--import', 'tsx', path.join(ROOT, 'bench', 'run.ts'), python, ...process.argv.slice(2)], {
    cwd: ROOT,
  });
});
