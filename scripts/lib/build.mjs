/** Builds the addon: one CMake build, through cmake-js, which does nothing when its sources are unchanged. */
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { SetupError, execute, firstLine, timed } from './console.mjs';
import { ROOT, fingerprint, isStamped, packageVersion, stamp } from './stamp.mjs';
import { checkCompilers } from './tools.mjs';

/** @typedef {import('./find-libtorch.d.mts').Libtorch} Libtorch */

const require = createRequire(import.meta.url);

/** One compiler process on LibTorch's headers takes about this much. */
const BYTES_PER_JOB = 1.5e9;

/** How many compilers run at once: one for each core, as far as memory goes. */
export function compileJobs() {
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / BYTES_PER_JOB)));
}

/** @param {string} command @param {string} folder @param {readonly string[]} args */
function cmakeJs(command, folder, args) {
  const program = path.join(path.dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js');
  return execute(process.execPath, [program, command, '--log-level', 'error', '--directory', ROOT, '--out', folder, ...args]);
}

/**
 * CMake refuses a folder that was configured at another place (a copied clone) or with another generator (ninja was installed since).
 * @param {string} folder
 */
function dropUnfitCache(folder) {
  const cache = path.join(folder, 'CMakeCache.txt');
  if (!existsSync(cache)) return;
  const generator = firstLine('ninja', ['--version']) === null ? 'Unix Makefiles' : 'Ninja';
  const wanted = [`CMAKE_HOME_DIRECTORY:INTERNAL=${ROOT}\n`, `CMAKE_GENERATOR:INTERNAL=${generator}\n`];
  const settings = readFileSync(cache, 'utf8');
  if (wanted.every((line) => settings.includes(line))) return;
  rmSync(cache);
  rmSync(path.join(folder, 'CMakeFiles'), { recursive: true, force: true });
}

/**
 * @param {Libtorch} libtorch
 * @param {string} [folder] CMake's folder; the result always goes to build/.
 */
export function buildAddon(libtorch, folder = path.join(ROOT, 'build')) {
  const output = path.join(ROOT, 'build');
  const print = fingerprint(
    ['native', 'CMakeLists.txt', 'cmake'],
    JSON.stringify(libtorch),
    packageVersion('node-addon-api'),
    process.arch,
  );
  if (isStamped('addon', print) && existsSync(path.join(output, 'Release', 'bornagain.node'))) return;
  timed(`Building the addon against LibTorch ${libtorch.version}`, () => {
    checkCompilers();
    dropUnfitCache(folder);
    const definitions = { LIBTORCH: libtorch.dir, NODE_PROGRAM: process.execPath, OUTPUT_FOLDER: output };
    const defined = Object.entries(definitions).map(([name, value]) => `--CD${name}=${value}`);
    const status = cmakeJs('configure', folder, defined) || cmakeJs('build', folder, ['--parallel', String(compileJobs())]);
    if (status !== 0) throw new SetupError(`The addon could not be built (exit code ${status}); the compiler's message is above.`);
  });
  stamp('addon', print);
}

/** `npx bornagain` in a clone: npm links a package's commands into other projects, but not into its own. */
export function linkCommand() {
  const link = path.join(ROOT, 'node_modules', '.bin', 'bornagain');
  if (!existsSync(link)) symlinkSync(path.join('..', '..', 'dist', 'cli', 'main.js'), link);
}
