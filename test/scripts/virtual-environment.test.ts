/** Environments are made by a Python that writes down what it is asked: what is tested is when they are made, and made anew. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { packageRoot } from '../../src/native/paths.js';
import { fakePython, temporaryFolder, writeFiles } from './fake-libtorch.js';
import { runModule } from './run-module.js';

let home: string;

beforeEach(() => {
  home = temporaryFolder();
  writeFiles(home, { 'requirements.txt': '# some tools\nruff==1.2\n' });
});

/** `-m venv FOLDER` puts this very script into FOLDER as its Python. */
const python = () =>
  fakePython(`
[ "$1" = -c ] && exit 0
echo "$@" >> '${home}/python.log'
[ "$2" = venv ] || exit 0
/bin/mkdir -p "$3/bin"
/bin/cp "$0" "$3/bin/python"
echo 'version = 3.12' > "$3/pyvenv.cfg"`);

const ensure = (bin: string) => {
  const [folder, requirements] = ['tools', 'requirements.txt'].map((name) => path.relative(packageRoot, path.join(home, name)));
  const call = `module.ensureVirtualEnvironment(${JSON.stringify(folder)}, ${JSON.stringify(requirements)})`;
  return runModule('virtual-environment.mjs', `console.log(${call});`, { PATH: bin });
};
const installations = () => (readFileSync(path.join(home, 'python.log'), 'utf8').match(/pip install/g) ?? []).length;

test('is made once, and keeps its stamp inside itself', async () => {
  const bin = python();
  const { stdout, stderr } = await ensure(bin);
  expect(stderr).toBe('');
  expect(stdout).toContain('Installing ruff==1.2');
  expect(readFileSync(path.join(home, 'python.log'), 'utf8')).toContain('pip install --quiet --no-compile');
  expect((await ensure(bin)).stdout.trim()).toBe(path.join(home, 'tools', 'bin'));
  expect(installations()).toBe(1);
  expect(existsSync(path.join(home, 'tools', 'installed.stamp'))).toBe(true);
});

test('is made anew where its requirements changed, or its Python is gone', async () => {
  const bin = python();
  await ensure(bin);
  writeFiles(home, { 'requirements.txt': 'ruff==1.3\n' });
  await ensure(bin);
  expect(installations()).toBe(2);
  rmSync(path.join(home, 'tools', 'bin', 'python'));
  await ensure(bin);
  expect(installations()).toBe(3);
});

test('names the package of a Python without venv', async () => {
  const { stderr, status } = await ensure(fakePython('exit 1'));
  expect(status).toBe(1);
  expect(stderr).toContain('Python 3 with venv was not found on PATH');
  expect(stderr).toContain('apt-get install python3-venv');
});
