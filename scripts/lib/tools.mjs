/** Checks for the programs a build needs, each with the command that installs it. */
import { SetupError, firstLine } from './console.mjs';

/** As `engines` in package.json. */
const OLDEST_NODE = [20, 19];

/** @param {string} what @param {string} debian @param {string} mac */
function missing(what, debian, mac) {
  return new SetupError(`${what}\nFix: on Debian or Ubuntu: ${debian}; on macOS: ${mac}`);
}

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw missing(
    `Node.js ${process.versions.node} is too old: ${OLDEST_NODE.join('.')} or newer is needed.`,
    'apt-get install nodejs, from a release that has it',
    'brew install node',
  );
}

/** CMake, a C++ compiler and make or ninja. */
export function checkCompilers() {
  const cmake = firstLine('cmake', ['--version']);
  if (cmake === null)
    throw missing('CMake was not found on PATH; it builds the native addon.', 'apt-get install cmake', 'brew install cmake');
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(cmake) ?? []).slice(1).map(Number);
  if (major < 3 || (major === 3 && minor < 20)) {
    throw missing(
      `${cmake} is too old: 3.20 or newer is needed.`,
      'apt-get install cmake (or python3 -m pip install cmake)',
      'brew install cmake',
    );
  }
  // CXX may carry arguments, or a compiler cache before the compiler.
  const compilers = process.env['CXX']?.split(' ').slice(0, 1) ?? ['c++', 'g++', 'clang++'];
  if (compilers.every((compiler) => firstLine(compiler, ['--version']) === null)) {
    throw missing(`No C++ compiler was found (tried ${compilers.join(', ')}).`, 'apt-get install g++', 'xcode-select --install');
  }
  if (firstLine('ninja', ['--version']) === null && firstLine('make', ['--version']) === null) {
    throw missing('Neither ninja nor make was found on PATH.', 'apt-get install ninja-build', 'xcode-select --install');
  }
}

export function checkPip() {
  if (firstLine('python3', ['-m', 'pip', '--version']) === null) {
    throw missing(
      'Python 3 with pip was not found on PATH; it fetches LibTorch, and MiniLM for comparisons.',
      'apt-get install python3-pip',
      'brew install python',
    );
  }
}

/** Debian keeps what `python3 -m venv` needs in a package of its own. */
export function checkVenv() {
  if (firstLine('python3', ['-c', 'import venv, ensurepip']) === null) {
    throw missing(
      'Python 3 with venv was not found on PATH; linters and comparisons are installed with it.',
      'apt-get install python3-venv',
      'brew install python',
    );
  }
}
