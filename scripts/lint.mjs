/**
 * `npm run lint`: formatting and linters of all three languages, each run even when an earlier one complains. `--fix` (`npm run format`)
 * formats and mends what the tools can mend. clang-tidy reads a second CMake configuration: file by file, and without precompiled headers,
 * which clang cannot use.
 */
import path from 'node:path';
import { clangTidy } from './lib/clang-tidy.mjs';
import { SetupError, execute, main, say, timed } from './lib/console.mjs';
import { findLibtorch, notFoundMessage } from './lib/find-libtorch.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { ensurePythonTools, pythonTool } from './lib/python-tools.mjs';
import { ROOT } from './lib/stamp.mjs';
import { trackedFiles } from './lib/tracked-files.mjs';

const fix = process.argv.includes('--fix');
const tidyFolder = path.join(ROOT, 'build', 'tidy');

/** @param {string} name @param {readonly string[]} args */
function npmTool(name, args) {
  return execute(path.join(ROOT, 'node_modules', '.bin', name), args, { cwd: ROOT });
}

/** @param {string} name @param {readonly string[]} args */
function python(name, args) {
  return execute(pythonTool(name), args, { cwd: ROOT });
}

function formatNative() {
  return python('clang-format', [...(fix ? ['-i'] : ['--dry-run', '-Werror']), ...trackedFiles('native/*.h', 'native/*.cc')]);
}

async function checkNative() {
  const search = findLibtorch();
  if (!search.found) throw new SetupError(notFoundMessage(search));
  const defined = [`-DLIBTORCH=${search.found.dir}`, '-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON', '-DCMAKE_UNITY_BUILD=OFF'];
  const configured = execute('cmake', ['-S', ROOT, '-B', tidyFolder, '--log-level=WARNING', ...defined]);
  const sources = trackedFiles('native/*.cc', 'native/**/*.cc').map((file) => path.join(ROOT, file));
  return configured || (await clangTidy(tidyFolder, sources));
}

/** @type {[string, () => number | Promise<number>][]} */
const checks = [
  ['prettier', () => npmTool('prettier', [fix ? '--write' : '--check', '--log-level', 'warn', '.'])],
  ['eslint', () => npmTool('eslint', ['--max-warnings', '0', ...(fix ? ['--fix'] : []), '.'])],
  ['ruff check', () => python('ruff', ['check', '--quiet', ...(fix ? ['--fix'] : []), '.'])],
  ['ruff format', () => python('ruff', ['format', '--quiet', ...(fix ? [] : ['--diff']), '.'])],
  ['clang-format', formatNative],
  ['clang-tidy', checkNative],
];

await main(async () => {
  ensurePackages();
  ensurePythonTools();
  const failed = [];
  for (const [name, check] of checks) {
    if ((await timed(name, check)) !== 0) failed.push(name);
  }
  say(failed.length === 0 ? 'No complaints.' : `Complaints from: ${failed.join(', ')}. npm run format mends formatting.`);
  return failed.length === 0 ? 0 : 1;
});
