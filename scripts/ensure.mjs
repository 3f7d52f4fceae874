/** `.ci/run`: one part of the set-up on its own, so that it runs beside something else: `node scripts/ensure.mjs libtorch`. */
import { SetupError, main } from './lib/console.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { ensurePeers } from './lib/peers.mjs';
import { ensurePythonTools } from './lib/python-tools.mjs';
import { ensureLibtorch } from './lib/setup.mjs';

/** @type {Record<string, () => unknown>} */
const parts = { libtorch: ensureLibtorch, packages: ensurePackages, peers: ensurePeers, tools: ensurePythonTools };

await main(() => {
  const ensure = parts[process.argv[2] ?? ''];
  if (!ensure) throw new SetupError(`Which part? One of ${Object.keys(parts).join(', ')}.`);
  ensure();
});
