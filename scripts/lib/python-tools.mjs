/** The formatters and linters that come as Python packages, in a virtual environment of the checkout (.venv-tools), pinned. */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError, execute, timed } from './console.mjs';
import { ROOT, fingerprint, isStamped, stamp } from './stamp.mjs';

const REQUIREMENTS = 'scripts/requirements-tools.txt';
const ENVIRONMENT = path.join(ROOT, '.venv-tools');

/** @param {string} name */
export function pythonTool(name) {
  return path.join(ENVIRONMENT, 'bin', name);
}

export function ensurePythonTools() {
  const print = fingerprint([REQUIREMENTS, '.venv-tools/pyvenv.cfg']);
  if (isStamped('python-tools', print)) return;
  const packages = readFileSync(path.join(ROOT, REQUIREMENTS), 'utf8')
    .match(/^\w.+$/gm)
    ?.join(', ');
  timed(`Installing ${packages}`, () => {
    rmSync(ENVIRONMENT, { recursive: true, force: true });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', path.join(ROOT, REQUIREMENTS)];
    const status = execute('python3', ['-m', 'venv', ENVIRONMENT]) || execute(pythonTool('python'), pip);
    if (status !== 0) throw new SetupError(`The linters could not be installed (exit code ${status}); the message is above.`);
  });
  stamp('python-tools', fingerprint([REQUIREMENTS, '.venv-tools/pyvenv.cfg']));
}
