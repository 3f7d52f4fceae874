/**
 * The LibTorch behind the addon: what the build recorded, held against what is there now. The search itself is one plain-JavaScript file that
 * the build needs before any TypeScript exists.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { describePlaces, findLibtorch, inspectFolder, notFoundMessage } from '../../scripts/lib/find-libtorch.mjs';
import type { Libtorch, Place } from '../../scripts/lib/find-libtorch.mjs';
import { BornAgainError } from '../util/errors.js';
import { buildCommand } from './paths.js';
import type { AddonPaths } from './paths.js';

export type { Libtorch, Place };
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every place of the search order, also those after the first that fits. */
export function searchPlaces(env: Environment): readonly Place[] {
  return findLibtorch({ env, all: true }).places;
}

/** @throws BornAgainError ERR_ADDON_NOT_BUILT, with ERR_LIBTORCH_NOT_FOUND's facts when no LibTorch is there to build with. */
export function requireBuilt(paths: AddonPaths, env: Environment): void {
  const missing = [paths.addon, paths.record].find((file) => !existsSync(file));
  if (missing === undefined) return;
  const search = findLibtorch({ env });
  const head = `The native addon is not built: ${missing} does not exist.`;
  if (!search.found) {
    throw new BornAgainError('ERR_LIBTORCH_NOT_FOUND', `${head}\n${notFoundMessage(search, { env })}`, { missing, places: search.places });
  }
  const { version, dir } = search.found;
  throw new BornAgainError('ERR_ADDON_NOT_BUILT', `${head}\nFix: ${buildCommand(paths.root)}; it will use LibTorch ${version} of ${dir}`, {
    missing,
    libtorch: search.found,
  });
}

/**
 * The LibTorch that the addon was built against, checked: it still exists, is still the same build, and LIBTORCH does not ask for another.
 * @throws BornAgainError ERR_ADDON_LOAD
 */
export function checkedRecord(paths: AddonPaths, env: Environment): Libtorch {
  const recorded = readRecord(paths, env);
  const place = inspectFolder('build', recorded.dir);
  const changed = differences(recorded, place.libtorch);
  if (place.problem !== null || changed.length > 0) {
    const what = place.problem !== null ? 'is no longer usable' : `has changed (${changed.join(', ')})`;
    throw loadError(paths, env, `The LibTorch ${recorded.version} that the addon was built against ${what}.`, [place]);
  }
  if (env['LIBTORCH']) {
    const wanted = inspectFolder('LIBTORCH', env['LIBTORCH']);
    if (!wanted.libtorch || realpathSync(wanted.libtorch.dir) !== realpathSync(recorded.dir)) {
      throw loadError(paths, env, 'LIBTORCH names another folder than the one the addon was built against; unset it, or rebuild.', [place]);
    }
  }
  return recorded;
}

/** What the build wrote. Throws ERR_ADDON_LOAD where that was cut, as by a full disk. */
function readRecord(paths: AddonPaths, env: Environment): Libtorch {
  let record: Partial<Libtorch> | null = null;
  let cause: unknown;
  try {
    record = JSON.parse(readFileSync(paths.record, 'utf8')) as Partial<Libtorch> | null;
  } catch (error) {
    cause = error;
  }
  if (typeof record?.dir === 'string' && typeof record.version === 'string') return record as Libtorch;
  throw loadError(paths, env, `${paths.record}, which says what LibTorch the addon was built against, cannot be read.`, [], cause);
}

function differences(recorded: Libtorch, present: Libtorch | null): string[] {
  if (present === null) return [];
  const keys = ['version', 'cuda', 'abi'] as const;
  return keys.filter((key) => recorded[key] !== present[key]).map((key) => `${key} was ${recorded[key]}, is ${present[key]}`);
}

/** One error for everything that keeps a built addon from loading: the reason, every place and what is there, the fix. */
export function loadError(paths: AddonPaths, env: Environment, reason: string, first: readonly Place[], cause?: unknown): BornAgainError {
  const places = [...first, ...searchPlaces(env)];
  const message = `${reason}\nPlaces looked at:\n${describePlaces(places)}\nFix: ${buildCommand(paths.root)}`;
  return new BornAgainError('ERR_ADDON_LOAD', message, { addon: paths.addon, places }, { cause });
}
