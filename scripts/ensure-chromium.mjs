/** `.ci/run`: a Chromium for the tests that open the report. Debian's package is installed where none is found; CHROMIUM names another one. */
import { SetupError, execute, firstLine, main, say, timed } from './lib/console.mjs';

/** The names that test/report/chromium.ts looks for. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function found() {
  const given = process.env['CHROMIUM'];
  return (given ? [given] : NAMES).map((name) => firstLine(name, ['--version'])).find((version) => version !== null);
}

/** Fonts come along: a browser without any draws no text. */
function install() {
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const run = (/** @type {string[]} */ ...args) => {
    const [program = 'apt-get', ...rest] = [...prefix, 'apt-get', ...args];
    return execute(program, rest, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  if (firstLine('apt-get', ['--version']) === null) return 1;
  return run('update', '-qq') || run('install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
}

await main(() => {
  if (!found()) {
    const status = process.env['CHROMIUM'] ? 1 : timed('Installing Chromium', install);
    if (status !== 0 || !found()) {
      throw new SetupError(
        "No Chromium was found, which the report's tests open.\nFix: on Debian: apt-get install chromium (as root); elsewhere install Chromium or Chrome; or set CHROMIUM=/path to one.",
      );
    }
  }
  say(`Browser: ${found()}`);
});
