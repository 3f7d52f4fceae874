/** The npm packages: `npm ci` when what is installed is not what package-lock.json says. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError, execute, timed } from './console.mjs';
import { ROOT } from './stamp.mjs';

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean }} LockedPackage */

/** @param {string} file @returns {Record<string, LockedPackage>} */
function lockedPackages(file) {
  if (!existsSync(file)) return {};
  const lock = /** @type {{ packages: Record<string, LockedPackage> }} */ (JSON.parse(readFileSync(file, 'utf8')));
  return lock.packages;
}

/** npm keeps node_modules/.package-lock.json of what it installed. Optional packages are for other platforms, so they may be absent. */
export function packagesInstalled() {
  const wanted = Object.entries(lockedPackages(path.join(ROOT, 'package-lock.json'))).filter(([name]) => name !== '');
  const installed = lockedPackages(path.join(ROOT, 'node_modules', '.package-lock.json'));
  return wanted.every(([name, { version, optional, devOptional }]) => {
    const present = installed[name];
    return present ? present.version === version : Boolean(optional || devOptional);
  });
}

/** Marks the npm that these scripts start, so that the package's own install script does not build inside the build. */
export const INSIDE_SETUP = 'BORNAGAIN_SETUP';

export function ensurePackages() {
  if (packagesInstalled()) return;
  timed('Installing npm packages', () => {
    const npm = process.env['npm_execpath'];
    const [program, first] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
    // A global or production setting of the person's npm must not leave out the compilers this build needs.
    const args = [...first, 'ci', '--include=dev', '--include=optional'];
    const status = execute(program, args, { cwd: ROOT, env: { ...process.env, [INSIDE_SETUP]: '1' } });
    if (status !== 0) throw new SetupError(`npm ci failed with exit code ${status}; its message is above.`);
  });
}
