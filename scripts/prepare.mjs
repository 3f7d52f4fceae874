/** npm's prepare script (a clone, a linked folder, `npm pack`): dist/ is built here, so that packages carry it. */
import { main } from './lib/console.mjs';
import { INSIDE_SETUP, ensurePackages } from './lib/packages.mjs';
import { buildTypeScript } from './lib/typescript.mjs';

await main(() => {
  if (process.env[INSIDE_SETUP]) return;
  ensurePackages();
  buildTypeScript();
});
