/**
 * Finds LibTorch: LIBTORCH, then the per-user cache, then the `torch` of python3. Plain JavaScript because it runs before TypeScript is
 * built; src/native imports it as it is, CMake calls it through scripts/find-libtorch.mjs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { readMachine } from './read-machine.mjs';

/** @typedef {import('./find-libtorch.d.mts').Libtorch} Libtorch */
/** @typedef {import('./find-libtorch.d.mts').Place} Place */
/** @typedef {import('./find-libtorch.d.mts').PlaceSource} PlaceSource */
/** @typedef {import('./find-libtorch.d.mts').Search} Search */
/** @typedef {import('./find-libtorch.d.mts').SearchOptions} SearchOptions */

export const FETCHED_VERSION = '2.13.0';
const OLDEST_MINOR = 11;
const NEWEST_MINOR = 13;
export const SUPPORTED_VERSIONS = `2.${OLDEST_MINOR} to 2.${NEWEST_MINOR}`;

/** The empty entry of sys.path is the working directory, where a folder that happens to be called `torch` is no answer. */
const PYTHON_PROBE = `
import importlib.util, sys
sys.path = [p for p in sys.path if p]
spec = importlib.util.find_spec('torch')
print(sys.executable)
print(next(iter(spec.submodule_search_locations or []), '') if spec else '')
`;

/** @param {SearchOptions} options */
function withDefaults({ env = process.env, platform = process.platform, arch = process.arch, all = false } = {}) {
  return { env, platform, arch, all, suffix: platform === 'darwin' ? 'dylib' : 'so' };
}

/** @param {SearchOptions} [options] */
export function cacheFolder(options = {}) {
  const { env, platform, arch } = withDefaults(options);
  const home = env['HOME'] || homedir();
  const caches = platform === 'darwin' ? path.join(home, 'Library', 'Caches') : env['XDG_CACHE_HOME'] || path.join(home, '.cache');
  return path.join(caches, 'bornagain', `libtorch-${FETCHED_VERSION}-${platform}-${arch}`);
}

/** @param {string} dir */
function readVersion(dir) {
  /** @param {string} name */
  const read = (name) => (existsSync(path.join(dir, name)) ? readFileSync(path.join(dir, name), 'utf8') : '');
  const stated = /^__version__\s*=\s*['"]([^'"]+)['"]/m.exec(read('version.py'))?.[1] ?? read('build-version').trim();
  if (stated) return stated;
  const headers = ['include/torch/headeronly/version.h', 'include/torch/csrc/api/include/torch/version.h'].map(read).join('\n');
  const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`define TORCH_VERSION_${part} (\\d+)`).exec(headers)?.[1],
  );
  return major && minor && patch ? `${major}.${minor}.${patch}` : null;
}

/** @param {string} version @returns {string | null} */
function versionProblem(version) {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return `its version ${JSON.stringify(version)} cannot be read`;
  const ordinal = Number(major) * 1000 + Number(minor);
  if (ordinal < 2000 + OLDEST_MINOR) return `version ${version} is too old, ${SUPPORTED_VERSIONS} fit`;
  if (ordinal > 2000 + NEWEST_MINOR) return `version ${version} is too new, ${SUPPORTED_VERSIONS} fit`;
  return null;
}

/** @param {string} dir */
function isFolder(dir) {
  return statSync(dir, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Why nobody can look there; null where one can. A folder of another user's may be there and not be seen.
 * @param {string} dir
 */
function barredOf(dir) {
  try {
    // Its files are opened by their names, for which a folder need not be listed.
    if (statSync(dir).isDirectory()) statSync(`${dir}/.`);
    return null;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it';
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no such folder' : `it cannot be read (${code})`;
  }
}

/**
 * @param {PlaceSource} source
 * @param {string} given
 * @param {SearchOptions} [options]
 * @returns {Place}
 */
export function inspectFolder(source, given, options = {}) {
  const { platform, arch, suffix } = withDefaults(options);
  /** @param {string} seen @param {string} problem @returns {Place} */
  const unfit = (seen, problem) => ({ source, path: given, seen, problem, libtorch: null });
  const barred = barredOf(given);
  if (barred !== null) return unfit(barred, barred);
  if (!isFolder(given)) return unfit('a file', 'it must be a folder with include/ and lib/');

  const dir = isFolder(path.join(given, 'torch', 'lib')) ? path.join(given, 'torch') : given;
  const lib = path.join(dir, 'lib');
  const missing = ['libc10', 'libtorch', 'libtorch_cpu']
    .map((name) => `${name}.${suffix}`)
    .filter((file) => !existsSync(path.join(lib, file)));
  if (missing.length > 0) return unfit(`a folder with ${listing(given)}`, `lib/${missing.join(', lib/')} missing`);

  const version = readVersion(dir);
  const cuda = existsSync(path.join(lib, `libtorch_cuda.${suffix}`));
  const c10 = readFileSync(path.join(lib, `libc10.${suffix}`));
  const machines = readMachine(c10);
  const seen = `LibTorch ${version ?? 'of unknown version'}, ${cuda ? 'CUDA' : 'CPU'} build, ${machines.join(' and ') || 'unknown machine'}`;
  if (version === null) return unfit(seen, 'neither version.py, build-version nor include/torch/ states its version');
  const outside = versionProblem(version);
  if (outside) return unfit(seen, outside);
  if (!machines.includes(arch)) return unfit(seen, `this Node is ${arch}`);
  if (platform === 'linux' && !c10.includes('__cxx11')) return unfit(seen, 'it was built with the C++ ABI from before C++11');
  const include = path.join(dir, 'include');
  if (!existsSync(path.join(include, 'ATen', 'ATen.h')))
    return unfit(seen, 'include/ATen/ATen.h is missing: it has no headers to build with');
  return {
    source,
    path: given,
    seen,
    problem: null,
    libtorch: { dir, include, lib, version, cuda, abi: platform === 'darwin' ? 'libc++' : 'cxx11' },
  };
}

/** @param {string} dir */
function listed(dir) {
  try {
    return readdirSync(dir).sort();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EACCES') return null;
    throw error;
  }
}

/** @param {string} dir */
function listing(dir) {
  const names = listed(dir);
  if (names === null) return 'what this user may not list';
  const shown = names.slice(0, 6).join(', ') + (names.length > 6 ? ', …' : '');
  return shown || 'nothing in it';
}

/** @param {SearchOptions} options @returns {Place} */
function inspectPython(options) {
  const { env } = withDefaults(options);
  /** @param {string} seen @param {string} problem @returns {Place} */
  const unfit = (seen, problem) => ({ source: 'python3', path: null, seen, problem, libtorch: null });
  const run = spawnSync('python3', ['-c', PYTHON_PROBE], { env: /** @type {NodeJS.ProcessEnv} */ (env), encoding: 'utf8' });
  if (run.error) return unfit('no python3 on PATH', 'no python3 on PATH');
  if (run.status !== 0) return unfit('python3', `it failed: ${run.stderr.trim().split('\n').at(-1) ?? ''}`);
  const [executable = 'python3', torch = ''] = run.stdout.split('\n');
  if (!torch) return unfit(executable, 'it has no torch package');
  return inspectFolder('python3', torch, options);
}

/** @param {SearchOptions} [options] @returns {Search} */
export function findLibtorch(options = {}) {
  const { env, all } = withDefaults(options);
  /** @type {Place[]} */
  const places = [];
  if (env['LIBTORCH']) {
    const place = inspectFolder('LIBTORCH', path.resolve(env['LIBTORCH']), options);
    places.push(place);
    // What a person set is what they mean: going on to another one would be a silent change of library.
    if (place.problem !== null) return { found: null, places };
  } else {
    places.push({ source: 'LIBTORCH', path: null, seen: 'not set', problem: 'not set', libtorch: null });
  }
  for (const look of [() => inspectFolder('cache', cacheFolder(options), options), () => inspectPython(options)]) {
    if (all || !places.some((place) => place.libtorch)) places.push(look());
  }
  return { found: places.find((place) => place.libtorch)?.libtorch ?? null, places };
}

/** @param {readonly Place[]} places */
export function describePlaces(places) {
  const names = { LIBTORCH: 'environment variable LIBTORCH', cache: 'per-user cache', python3: 'torch of python3', build: 'built against' };
  return places
    .map(({ source, path: dir, seen, problem }, index) => {
      const facts = [dir, seen, problem ?? 'fits'].filter((fact, at, facts) => fact && facts.indexOf(fact) === at);
      return `  ${index + 1}. ${names[source]}: ${facts.join(': ')}`;
    })
    .join('\n');
}

/** @param {Search} search @param {SearchOptions} [options] */
export function notFoundMessage(search, options = {}) {
  const { platform, arch, env } = withDefaults(options);
  const head = env['LIBTORCH'] ? 'LIBTORCH is set, but what it points to cannot be used.' : 'LibTorch was not found.';
  return [
    `${head} Needed: version ${SUPPORTED_VERSIONS} for ${platform} ${arch}, with its headers, CPU or CUDA build. Places tried:`,
    describePlaces(search.places),
    'Fix, one of these, then npm rebuild bornagain (in a clone: npm run setup):',
    `  - set LIBTORCH to a folder with include/ and lib/${env['LIBTORCH'] ? ', or unset it to search the other places' : ''}`,
    `  - python3 -m pip install torch==${FETCHED_VERSION}, in a virtual environment that is first on PATH`,
    '  - let bornagain fetch it into its cache: set BORNAGAIN_FETCH_LIBTORCH=1 (a clone fetches unasked)',
  ].join('\n');
}
