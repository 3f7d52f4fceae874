/**
 * The Python that comparisons run (test/interop): a virtual environment of the checkout, .venv-peers, with the pinned peers in it. The
 * variable BORNAGAIN_PEERS names a virtual environment that is there already; nothing is then installed or checked.
 */
import path from 'node:path';
import { ensureVirtualEnvironment } from './virtual-environment.mjs';

/** @returns {string} path of the interpreter */
export function ensurePeers() {
  const given = process.env['BORNAGAIN_PEERS'];
  const programs = given ? path.join(given, 'bin') : ensureVirtualEnvironment('.venv-peers', 'test/interop/requirements.txt');
  return path.join(programs, 'python');
}
