/**
 * Fills the per-user cache with the LibTorch inside the `torch` wheel. The wheel is unpacked into a folder beside its place and renamed when
 * whole, so a broken download never looks like a LibTorch, and of two clones that fetch at once the second finds the first one's.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { SetupError, execute, firstLine, say, timed } from './console.mjs';
import { FETCHED_VERSION, cacheFolder, inspectFolder } from './find-libtorch.mjs';
import { checkPip } from './tools.mjs';

const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/** @param {string} target @param {readonly string[]} args */
function pipInstall(target, args) {
  const status = execute('python3', ['-m', 'pip', 'install', '--no-compile', '--disable-pip-version-check', '--target', target, ...args]);
  if (status !== 0) {
    throw new SetupError(
      `pip could not fetch LibTorch (exit code ${status}; its message is above).\n` +
        `Fix: check the network and that pip offers torch ${FETCHED_VERSION} for this Python (${firstLine('python3', ['--version'])}), or set LIBTORCH to a LibTorch you have.`,
    );
  }
}

/**
 * The packages of CUDA libraries that a CUDA build of torch names in its metadata: its libraries look for them beside themselves.
 * @param {string} target
 */
function cudaRequirements(target) {
  const info = readdirSync(target).find((name) => /^torch-.*\.dist-info$/.test(name));
  const metadata = info ? readFileSync(path.join(target, info, 'METADATA'), 'utf8') : '';
  const requirements = [...metadata.matchAll(/^Requires-Dist: (.+)$/gm)].map(([, requirement]) => requirement ?? '');
  return requirements.filter((requirement) => /^(nvidia-|cuda-toolkit)/.test(requirement) && !requirement.includes('extra =='));
}

/** Removes Python files, programs and test libraries: about a third of the wheel. Licences stay. @param {string} target */
function prune(target) {
  const torch = path.join(target, 'torch');
  const keep = new Set(['include', 'lib', 'version.py']);
  for (const name of readdirSync(torch)) if (!keep.has(name)) rmSync(path.join(torch, name), { recursive: true });
  for (const name of ['functorch', 'torchgen', 'bin']) rmSync(path.join(target, name), { recursive: true, force: true });
  const unneeded = /^lib(torch_python|shm|.*_test|backend_with_compiler|aoti_custom_ops)/;
  for (const name of readdirSync(path.join(torch, 'lib')))
    if (unneeded.test(name)) rmSync(path.join(torch, 'lib', name), { recursive: true });
}

/** @param {string} folder @returns {number} */
function bytesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const file = path.join(folder, entry.name);
    return sum + (entry.isDirectory() ? bytesIn(file) : entry.isFile() ? statSync(file).size : 0);
  }, 0);
}

/** Folders of fetches that were killed; a running one is younger. @param {string} parent */
function removeAbandoned(parent) {
  for (const name of readdirSync(parent).filter((name) => name.startsWith('fetching-'))) {
    const folder = path.join(parent, name);
    const modified = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - modified > ABANDONED_AFTER_MS) rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} target */
function fill(target) {
  pipInstall(target, ['--no-deps', `torch==${FETCHED_VERSION}`]);
  const cuda = inspectFolder('cache', target).libtorch?.cuda ?? false;
  const requirements = cuda ? cudaRequirements(target) : [];
  if (requirements.length > 0) {
    say(
      'pip chose the CUDA build, which needs CUDA libraries to load, on a machine without a GPU too: about 4 GB in all. ' +
        "For the smaller CPU build, point pip at an index that has it (pip's own PIP_INDEX_URL or PIP_FIND_LINKS) and empty the cache.",
    );
    pipInstall(target, requirements);
  }
  prune(target);
  say(`LibTorch takes ${(bytesIn(target) / 1e9).toFixed(2)} GB`);
}

/** @param {string} target @param {string} place */
function moveIntoPlace(target, place) {
  if (existsSync(place) && inspectFolder('cache', place).problem !== null) rmSync(place, { recursive: true });
  try {
    renameSync(target, place);
  } catch (error) {
    // Another clone was quicker; what it put there serves as well.
    if (inspectFolder('cache', place).problem !== null) throw error;
  }
}

/** Fetches LibTorch into the cache and returns it. */
export function fetchLibtorch() {
  checkPip();
  const place = cacheFolder();
  const parent = path.dirname(place);
  mkdirSync(parent, { recursive: true });
  removeAbandoned(parent);
  const target = mkdtempSync(path.join(parent, 'fetching-'));
  try {
    timed(`Fetching LibTorch ${FETCHED_VERSION} into ${place} (once for each user)`, () => {
      fill(target);
      moveIntoPlace(target, place);
    });
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
  const { libtorch, seen, problem } = inspectFolder('cache', place);
  if (!libtorch) throw new SetupError(`The fetched LibTorch cannot be used: ${seen}: ${problem}`);
  return libtorch;
}
