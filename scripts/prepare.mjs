/** npm's prepare script (a clone, a linked folder, `npm pack`): dist/ is built here, so that packages carry it. */
import { buildTypeScript } from './lib/build.mjs';
import { main } from './lib/console.mjs';
import { INSIDE_SETUP, ensurePackages } from './lib/packages.mjs';

await main(() => {
  if (process.env[INSIDE_SETUP]) return;
  ensurePackages();
  buildTypeScript();
});
