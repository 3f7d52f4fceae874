/** Prints the LibTorch to build with as JSON, or the error with every place tried and exit code 1. CMake reads it; people may run it. */
import { SetupError, main, say } from './lib/console.mjs';
import { findLibtorch, notFoundMessage } from './lib/find-libtorch.mjs';

await main(() => {
  const search = findLibtorch();
  if (!search.found) throw new SetupError(notFoundMessage(search));
  say(JSON.stringify(search.found));
});
