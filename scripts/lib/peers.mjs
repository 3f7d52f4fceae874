/**
 * The Python that comparisons run (test/interop): a virtual environment of the checkout, .venv-peers, with the pinned peers in it. The
 * variable BORNAGAIN_PEERS names a virtual environment that is there already; nothing is then installed or checked.
 */
import path from 'node:path';
import { SetupError, execute, timed } from './console.mjs';
import { ensureVirtualEnvironment } from './virtual-environment.mjs';

/** @returns {string} path of the interpreter */
export function ensurePeers() {
  const given = process.env['BORNAGAIN_PEERS'];
  const programs = given ? path.join(given, 'bin') : ensureVirtualEnvironment('.venv-peers', 'test/interop/requirements.txt');
  return path.join(programs, 'python');
}

/**
 * For the bench, which measures how the peers start: people's packages are compiled to bytecode, which ours are not when installed.
 * @param {string} python as ensurePeers gives it
 */
export function compilePeers(python) {
  if (process.env['BORNAGAIN_PEERS']) return;
  // Packages carry files that are no Python of this version; like pip, this passes over them. What is compiled already is left as it is.
  const program = "import compileall, sysconfig; compileall.compile_dir(sysconfig.get_path('purelib'), quiet=2, workers=0)";
  const status = timed("Compiling the peers' packages", () => execute(python, ['-c', program]));
  if (status !== 0) throw new SetupError(`The peers' packages could not be compiled (exit code ${status}); the message is above.`);
}
