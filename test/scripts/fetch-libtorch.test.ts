/** The cache is filled by a pip that copies a prepared folder: what is tested is what happens around it. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { cacheFolder } from '../../scripts/lib/find-libtorch.mjs';
import { fakeLibtorch, fakePython, temporaryFolder, writeFiles } from './fake-libtorch.js';
import { runModule } from './run-module.js';

let home: string;
let wheel: string;

beforeEach(() => {
  home = temporaryFolder();
  wheel = temporaryFolder();
});

/** A pip that logs its arguments and copies the wheel's folder to its --target. */
function fakePip(ending = 'exit 0') {
  return fakePython(`
echo "$@" >> '${home}/pip.log'
[ "$3" = --version ] && echo 'pip 24' && exit 0
while [ $# -gt 0 ]; do [ "$1" = --target ] && target="$2"; shift; done
/bin/cp -R '${wheel}/.' "$target"
${ending}`);
}

const fetch = (bin: string) =>
  runModule('fetch-libtorch.mjs', 'console.log(JSON.stringify(module.fetchLibtorch()));', { HOME: home, PATH: bin });
const place = () => cacheFolder({ env: { HOME: home } });

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('fetching LibTorch', () => {
  test('a CPU build arrives whole, without what only Python needs', async () => {
    fakeLibtorch(path.join(wheel, 'torch'));
    writeFiles(wheel, {
      'torch/nn/modules.py': '',
      'torch/lib/libtorch_python.so': '',
      'torch/lib/libgomp.so.1': '',
      'torch-2.13.0.dist-info/METADATA': '',
    });
    const { stdout, stderr, status } = await fetch(fakePip());
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ dir: path.join(place(), 'torch'), version: '2.13.0+cpu' });
    expect(readdirSync(path.join(place(), 'torch')).sort()).toEqual(['include', 'lib', 'version.py']);
    expect(readdirSync(path.join(place(), 'torch', 'lib')).sort()).toEqual(['libc10.so', 'libgomp.so.1', 'libtorch.so', 'libtorch_cpu.so']);
    expect(readdirSync(path.dirname(place()))).toEqual([path.basename(place())]);
  });

  test('a CUDA build brings the CUDA libraries that its metadata names, and says so', async () => {
    fakeLibtorch(path.join(wheel, 'torch'), { version: '2.13.0', cuda: true });
    const metadata = [
      'sympy>=1.13.3',
      'nvidia-cudnn-cu13==9.1; platform_system == "Linux"',
      'cuda-toolkit[cublas]==13.0',
      'nvidia-x; extra == "x"',
    ];
    writeFiles(wheel, { 'torch-2.13.0.dist-info/METADATA': metadata.map((line) => `Requires-Dist: ${line}\n`).join('') });
    const { stdout, status } = await fetch(fakePip());
    expect(status).toBe(0);
    expect(stdout).toContain('CUDA build');
    const { stdout: log } = await runModule(
      'console.mjs',
      `import fs from 'node:fs'; console.log(fs.readFileSync('${home}/pip.log', 'utf8'));`,
    );
    expect(log).toMatch(/--no-deps torch==2\.13\.0\n.*nvidia-cudnn-cu13==9\.1; platform_system == "Linux" cuda-toolkit\[cublas\]==13\.0\n/);
  });

  test('a pip that fails leaves nothing behind', async () => {
    fakeLibtorch(path.join(wheel, 'torch'));
    const { stderr, status } = await fetch(fakePip('exit 7'));
    expect(status).toBe(1);
    expect(stderr).toContain('pip could not fetch LibTorch (exit code 7');
    expect(readdirSync(path.dirname(place()))).toEqual([]);
  });

  test('no pip: the fix is named', async () => {
    const { stderr } = await fetch(fakePython('exit 1'));
    expect(stderr).toContain('Python 3 with pip was not found on PATH');
    expect(stderr).toContain('apt-get install python3-pip');
  });

  test('a broken cache is replaced', async () => {
    fakeLibtorch(path.join(wheel, 'torch'));
    writeFiles(wheel, { 'torch-2.13.0.dist-info/METADATA': '' });
    writeFiles(place(), { 'torch/lib/libc10.so': '' });
    expect((await fetch(fakePip())).status).toBe(0);
    expect(existsSync(path.join(place(), 'torch', 'lib', 'libtorch_cpu.so'))).toBe(true);
  });

  test('two clones that fetch at once both end with the one cache', async () => {
    fakeLibtorch(path.join(wheel, 'torch'));
    writeFiles(wheel, { 'torch-2.13.0.dist-info/METADATA': '' });
    const bin = fakePip();
    const outcomes = await Promise.all([fetch(bin), fetch(bin)]);
    expect(outcomes.map(({ status }) => status)).toEqual([0, 0]);
    expect(readdirSync(path.dirname(place()))).toEqual([path.basename(place())]);
  });
});
