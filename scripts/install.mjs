/**
 * npm's install script, in somebody else's project: builds the addon against the LibTorch that is there. It downloads LibTorch only when
 * BORNAGAIN_FETCH_LIBTORCH=1 asks for it, and does not fail the install for what is missing: loading the addon says so again, with the fix.
 */
import { buildAddon } from './lib/build.mjs';
import { SetupError, main } from './lib/console.mjs';
import { fetchLibtorch } from './lib/fetch-libtorch.mjs';
import { findLibtorch, notFoundMessage } from './lib/find-libtorch.mjs';
import { INSIDE_SETUP, ensurePackages } from './lib/packages.mjs';

await main(() => {
  if (process.env[INSIDE_SETUP]) return;
  const search = findLibtorch();
  const libtorch = search.found ?? (process.env['BORNAGAIN_FETCH_LIBTORCH'] === '1' ? fetchLibtorch() : null);
  try {
    if (!libtorch) throw new SetupError(notFoundMessage(search));
    ensurePackages();
    buildAddon(libtorch);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`Warning: bornagain is installed without its native addon.\n${error.message}\n`);
  }
});
