/** Python packages in a virtual environment of the checkout, pinned by a requirements file and made anew when that file changes. */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError, execute, timed } from './console.mjs';
import { ROOT, fingerprint, isStamped, stamp } from './stamp.mjs';

/**
 * @param {string} name the folder, `.venv-tools`
 * @param {string} requirements the file, relative to the package
 * @returns {string} its folder of programs
 */
export function ensureVirtualEnvironment(name, requirements) {
  const folder = path.join(ROOT, name);
  const programs = path.join(folder, 'bin');
  const sources = [requirements, `${name}/pyvenv.cfg`];
  const stampName = name.replace(/^\./, '');
  if (isStamped(stampName, fingerprint(sources))) return programs;
  const packages = readFileSync(path.join(ROOT, requirements), 'utf8')
    .match(/^\w.+$/gm)
    ?.join(', ');
  timed(`Installing ${packages} into ${name}`, () => {
    rmSync(folder, { recursive: true, force: true });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', path.join(ROOT, requirements)];
    const status = execute('python3', ['-m', 'venv', folder]) || execute(path.join(programs, 'python'), pip);
    if (status !== 0) throw new SetupError(`${packages} could not be installed (exit code ${status}); the message is above.`);
  });
  stamp(stampName, fingerprint(sources));
  return programs;
}
