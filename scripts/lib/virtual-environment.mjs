/** Python packages in a virtual environment of the checkout, pinned by a requirements file and made anew when that file changes. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError, execute, timed } from './console.mjs';
import { ROOT, fingerprint, isStamped, stamp } from './stamp.mjs';
import { checkVenv } from './tools.mjs';

/** In the environment itself: removing build/ is no reason to download gigabytes again. */
const STAMP = 'installed';

/**
 * @param {string} name the folder, `.venv-tools`
 * @param {string} requirements the file, relative to the package
 * @returns {string} its folder of programs
 */
export function ensureVirtualEnvironment(name, requirements) {
  const folder = path.join(ROOT, name);
  const programs = path.join(folder, 'bin');
  const python = path.join(programs, 'python');
  const sources = [requirements, `${name}/pyvenv.cfg`];
  // A link to a Python that is gone does not exist.
  if (isStamped(STAMP, fingerprint(sources), folder) && existsSync(python)) return programs;
  checkVenv();
  const packages = readFileSync(path.join(ROOT, requirements), 'utf8')
    .match(/^\w.+$/gm)
    ?.join(', ');
  timed(`Installing ${packages} into ${name}`, () => {
    rmSync(folder, { recursive: true, force: true });
    // Compiling all of it to bytecode takes a minute; Python compiles what is imported.
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check', '-r', path.join(ROOT, requirements)];
    const status = execute('python3', ['-m', 'venv', folder]) || execute(python, pip);
    if (status !== 0) throw new SetupError(`${packages} could not be installed (exit code ${status}); the message is above.`);
  });
  stamp(STAMP, fingerprint(sources), folder);
  return programs;
}
