/** The formatters and linters that come as Python packages, in a virtual environment of the checkout (.venv-tools), pinned. */
import path from 'node:path';
import { ROOT } from './stamp.mjs';
import { ensureVirtualEnvironment } from './virtual-environment.mjs';

const ENVIRONMENT = '.venv-tools';

/** @param {string} name */
export function pythonTool(name) {
  return path.join(ROOT, ENVIRONMENT, 'bin', name);
}

export function ensurePythonTools() {
  ensureVirtualEnvironment(ENVIRONMENT, 'scripts/requirements-tools.txt');
}
