/** What binding.gyp calls: the one CMake build, in a folder of its own because node-gyp writes its Makefile into build/. */
import path from 'node:path';
import { buildAddon } from './lib/build.mjs';
import { SetupError, main } from './lib/console.mjs';
import { findLibtorch, notFoundMessage } from './lib/find-libtorch.mjs';
import { ROOT } from './lib/stamp.mjs';

await main(() => {
  const search = findLibtorch();
  if (!search.found) throw new SetupError(notFoundMessage(search));
  buildAddon(search.found, path.join(ROOT, 'build', 'cmake'));
});
