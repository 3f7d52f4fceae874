/** Everything `npm start` and `npm test` need, from a bare clone. Says only what it does: one line when all is there. */
import { buildAddon, linkCommand } from './build.mjs';
import { SetupError, say } from './console.mjs';
import { fetchLibtorch } from './fetch-libtorch.mjs';
import { findLibtorch, notFoundMessage } from './find-libtorch.mjs';
import { ensurePackages } from './packages.mjs';
import { buildTypeScript } from './typescript.mjs';
import { checkNode } from './tools.mjs';

/** The LibTorch to build with, fetched where none is found. A LIBTORCH that does not fit is the person's to mend. */
export function ensureLibtorch() {
  const search = findLibtorch();
  if (search.found) return search.found;
  if (process.env['LIBTORCH']) throw new SetupError(notFoundMessage(search));
  return fetchLibtorch();
}

export function setup() {
  const start = process.hrtime.bigint();
  checkNode();
  ensurePackages();
  const libtorch = ensureLibtorch();
  buildAddon(libtorch);
  buildTypeScript();
  linkCommand();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  say(`Ready in ${seconds.toFixed(1)} s: LibTorch ${libtorch.version} of ${libtorch.dir}`);
}
