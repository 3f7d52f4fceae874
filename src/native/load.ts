/**
 * Loads the native addon, once for each thread (a module is evaluated anew in every worker, and the addon keeps its state per environment).
 * What cannot load is told before the dynamic loader is asked, because its own messages name neither place nor fix.
 */
import { constants } from 'node:os';
import { BornAgainError } from '../util/errors.js';
import { checkedRecord, loadError, requireBuilt } from './libtorch.js';
import type { Environment, Libtorch } from './libtorch.js';
import { inspectFolder } from '../../scripts/lib/find-libtorch.mjs';
import { addonPaths } from './paths.js';
import type { AddonPaths } from './paths.js';
import type { NativeAddon } from './types.js';

/** What the messages of dlopen mean, in order of precedence. */
const DLOPEN_REASONS: readonly (readonly [RegExp, string])[] = [
  [/cannot open shared object file|Library not loaded|image not found/, 'a library that the addon needs is missing'],
  [/undefined symbol|Symbol not found/, 'the libraries found at run time are not those the addon was built against'],
  [/GLIBC(XX)?_[\d.]+' not found/, 'it was built with a newer C or C++ library than this machine has'],
  [/invalid ELF header|wrong ELF class|wrong architecture|incompatible architecture/, 'it was built for another machine'],
];

let loaded: NativeAddon | undefined;

/**
 * The addon of this thread.
 * @throws BornAgainError ERR_ADDON_NOT_BUILT, ERR_LIBTORCH_NOT_FOUND, ERR_ADDON_LOAD
 */
export function loadAddon(): NativeAddon {
  loaded ??= loadAddonFrom(addonPaths(), process.env);
  return loaded;
}

/** As `loadAddon`, for given places and without keeping the result. */
export function loadAddonFrom(paths: AddonPaths, env: Environment): NativeAddon {
  requireBuilt(paths, env);
  const libtorch = checkedRecord(paths, env);
  const addon = open(paths, env, libtorch);
  const { compiledVersion, runtimeVersion } = addon.runtimeInfo();
  if (release(compiledVersion) !== release(runtimeVersion)) {
    const reason = `The addon was compiled against LibTorch ${compiledVersion}, but ${runtimeVersion} was loaded (LD_LIBRARY_PATH or another addon can cause that).`;
    throw loadError(paths, env, reason, [inspectFolder('build', libtorch.dir)]);
  }
  addon.setErrorClass(BornAgainError);
  return addon;
}

/**
 * OpenMP threads that wait for one another keep their cores for milliseconds by default. Where another process wants the core that is ruinous:
 * the thread waited for is the one that cannot run. Giving up after some microseconds costs a 2-layer model about a sixth of its speed on an
 * idle machine (33k against 38k tokens/s on two cores) and saves it on a busy one (8k to 11k against 2k to 10k). libgomp reads this once, when
 * it is loaded; what the user set stays.
 */
function boundOpenMpSpinning(): void {
  if (process.env['OMP_WAIT_POLICY'] === undefined) process.env['GOMP_SPINCOUNT'] ??= '2000';
}

function open(paths: AddonPaths, env: Environment, libtorch: Libtorch): NativeAddon {
  const module = { exports: {} };
  boundOpenMpSpinning();
  try {
    // Every symbol is resolved now: the default resolves on first use, where a missing one ends the process without an exception.
    process.dlopen(module, paths.addon, constants.dlopen.RTLD_NOW);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const meaning = DLOPEN_REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? 'the dynamic loader refused it';
    const reason = `The native addon ${paths.addon} cannot be loaded: ${meaning} (${message}).`;
    throw loadError(paths, env, reason, [inspectFolder('build', libtorch.dir)], error);
  }
  return module.exports as NativeAddon;
}

/** `2.13.0+cpu` → `2.13.0` */
function release(version: string): string {
  return version.split('+')[0] ?? version;
}
