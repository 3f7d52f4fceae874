import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { cacheFolder, findLibtorch, inspectFolder, notFoundMessage } from '../../scripts/lib/find-libtorch.mjs';
import { packageRoot } from '../../src/native/paths.js';
import { ELF_ARM64, ELF_X64, fakeLibtorch, fakePython, temporaryFolder, writeFiles } from './fake-libtorch.js';

const linux = { platform: 'linux', arch: 'x64' } as const;
let home: string;

beforeEach(() => {
  home = temporaryFolder();
});

/** A search in which nothing exists but what the test adds. */
function search(env: Readonly<Record<string, string>> = {}, all = false) {
  return findLibtorch({ ...linux, env: { HOME: home, PATH: home, ...env }, all });
}

describe('the order of the search', () => {
  const cached = () => fakeLibtorch(path.join(cacheFolder({ ...linux, env: { HOME: home } }), 'torch'), { version: '2.13.0' });
  const pythonPath = (torch: string) => fakePython(`echo /usr/bin/python3; echo '${torch}'`);

  test('LIBTORCH comes first', () => {
    cached();
    const dir = fakeLibtorch(path.join(home, 'mine'), { version: '2.12.1' });
    const { found, places } = search({ LIBTORCH: dir });
    expect(found).toEqual({
      dir,
      include: path.join(dir, 'include'),
      lib: path.join(dir, 'lib'),
      version: '2.12.1',
      cuda: false,
      abi: 'cxx11',
    });
    expect(places.map(({ source }) => source)).toEqual(['LIBTORCH']);
  });

  test('then the per-user cache', () => {
    const dir = cached();
    const { found, places } = search({ PATH: pythonPath(fakeLibtorch(path.join(home, 'python'))) });
    expect(found?.dir).toBe(dir);
    expect(places.map(({ source }) => source)).toEqual(['LIBTORCH', 'cache']);
  });

  test('then the torch of python3, without importing it', () => {
    const dir = fakeLibtorch(path.join(home, 'python'), { cuda: true, version: '2.11.0+cu130' });
    const { found } = search({ PATH: pythonPath(dir) });
    expect(found).toMatchObject({ dir, version: '2.11.0+cu130', cuda: true });
  });

  test('an unfit cache is passed over, and told', () => {
    fakeLibtorch(cacheFolder({ ...linux, env: { HOME: home } }), { version: '2.5.0' });
    const dir = fakeLibtorch(path.join(home, 'python'));
    const { found, places } = search({ PATH: pythonPath(dir) });
    expect(found?.dir).toBe(dir);
    expect(places[1]?.problem).toContain('too old');
  });

  test('all places on request, though the first fits', () => {
    const { places } = search({ LIBTORCH: fakeLibtorch(path.join(home, 'mine')) }, true);
    expect(places.map(({ source }) => source)).toEqual(['LIBTORCH', 'cache', 'python3']);
  });

  test('XDG_CACHE_HOME moves the cache, macOS keeps it in Library/Caches', () => {
    expect(cacheFolder({ ...linux, env: { HOME: '/h', XDG_CACHE_HOME: '/x' } })).toBe('/x/bornagain/libtorch-2.13.0-linux-x64');
    expect(cacheFolder({ platform: 'darwin', arch: 'arm64', env: { HOME: '/h' } })).toBe(
      '/h/Library/Caches/bornagain/libtorch-2.13.0-darwin-arm64',
    );
  });
});

describe('a LIBTORCH that does not fit is an error, whatever else is there', () => {
  test.each([
    ['no such folder', () => path.join(home, 'absent')],
    ['too old', () => fakeLibtorch(path.join(home, 'old'), { version: '2.10.2' })],
  ])('%s', (problem, make) => {
    fakeLibtorch(cacheFolder({ ...linux, env: { HOME: home } }));
    const env = { LIBTORCH: make() };
    const result = search(env);
    expect(result.found).toBeNull();
    expect(result.places).toHaveLength(1);
    const message = notFoundMessage(result, { ...linux, env });
    expect(message).toContain('LIBTORCH is set, but what it points to cannot be used');
    expect(message).toContain(env.LIBTORCH);
    expect(message).toContain(problem);
  });
});

// Root may read everything, so it becomes another user for a moment.
test.runIf(process.getuid?.() === 0)('a LibTorch below a folder of another user is told as that', () => {
  const closed = path.join(home, 'closed');
  const torch = fakeLibtorch(path.join(closed, 'torch'));
  chmodSync(home, 0o755);
  chmodSync(closed, 0o700);
  process.seteuid?.(65534);
  try {
    expect(inspectFolder('LIBTORCH', torch, linux)).toMatchObject({ problem: 'this user may not read it', libtorch: null });
    expect(inspectFolder('LIBTORCH', closed, linux)).toMatchObject({ problem: 'this user may not read it', libtorch: null });
  } finally {
    process.seteuid?.(0);
  }
});

test('nothing found: one message with every place, what was seen and the fix', () => {
  const bin = fakePython('echo /opt/bin/python3; echo ""');
  const result = search({ PATH: bin });
  expect(result.found).toBeNull();
  const message = notFoundMessage(result, { ...linux, env: {} });
  expect(message).toContain('LibTorch was not found. Needed: version 2.11 to 2.13 for linux x64');
  expect(message).toContain('1. environment variable LIBTORCH: not set');
  expect(message).toContain(`2. per-user cache: ${home}/.cache/bornagain/libtorch-2.13.0-linux-x64: no such folder`);
  expect(message).toContain('3. torch of python3: /opt/bin/python3: it has no torch package');
  expect(message).toContain('npm rebuild bornagain');
});

test('no python3 on PATH, and a python3 that fails, are told apart', () => {
  expect(search().places.at(-1)?.problem).toBe('no python3 on PATH');
  expect(search({ PATH: fakePython('echo "broken installation" >&2; exit 3') }).places.at(-1)?.problem).toBe(
    'it failed: broken installation',
  );
});

describe('what is in a folder', () => {
  const inspect = (dir: string, options: { platform: string; arch: string } = linux) => inspectFolder('LIBTORCH', dir, options);

  test.each(['2.11.0', '2.12.1', '2.13.0+cpu', '2.13.1+cu130', '2.12.0a0+git1234567'])('version %s fits', (version) => {
    expect(inspect(fakeLibtorch(home, { version }))).toMatchObject({ problem: null, libtorch: { version } });
  });

  test.each([
    ['1.13.1', 'version 1.13.1 is too old, 2.11 to 2.13 fit'],
    ['2.10.9+cpu', 'version 2.10.9+cpu is too old, 2.11 to 2.13 fit'],
    ['2.14.0', 'version 2.14.0 is too new, 2.11 to 2.13 fit'],
    ['3.0.0', 'version 3.0.0 is too new, 2.11 to 2.13 fit'],
    ['unknown', 'its version "unknown" cannot be read'],
  ])('version %s does not', (version, problem) => {
    expect(inspect(fakeLibtorch(home, { version }))).toMatchObject({ problem, libtorch: null });
  });

  test('the machine is read from the library, not believed', () => {
    expect(inspect(fakeLibtorch(home, { machine: ELF_ARM64 }))).toMatchObject({ problem: 'this Node is x64' });
    expect(inspect(home, { platform: 'linux', arch: 'arm64' })).toMatchObject({ problem: null });
    expect(inspect(fakeLibtorch(home, { machine: ELF_X64 }), { platform: 'linux', arch: 'arm64' })).toMatchObject({
      problem: 'this Node is arm64',
    });
  });

  test('the C++ ABI from before C++11 is refused', () => {
    expect(inspect(fakeLibtorch(home, { symbols: 'std::string' })).problem).toContain('C++ ABI from before C++11');
  });

  test('headers missing, as in an installation that can only run', () => {
    rmSync(path.join(fakeLibtorch(home), 'include'), { recursive: true });
    expect(inspect(home)).toMatchObject({
      seen: 'LibTorch 2.13.0+cpu, CPU build, x64',
      problem: 'include/ATen/ATen.h is missing: it has no headers to build with',
    });
  });

  test('libraries missing are named, with what is there instead', () => {
    writeFiles(home, { 'lib/libc10.so': '', 'notes.txt': '' });
    expect(inspect(home)).toMatchObject({ seen: 'a folder with lib, notes.txt', problem: 'lib/libtorch.so, lib/libtorch_cpu.so missing' });
  });

  test('a file is no folder', () => {
    writeFiles(home, { file: '' });
    expect(inspect(path.join(home, 'file')).problem).toBe('it must be a folder with include/ and lib/');
  });

  test('the folder above torch/ serves as well', () => {
    const torch = fakeLibtorch(path.join(home, 'torch'));
    expect(inspect(home).libtorch?.dir).toBe(torch);
  });

  test('the version of a distribution without Python: build-version, or the headers', () => {
    rmSync(path.join(fakeLibtorch(home), 'version.py'));
    expect(inspect(home).problem).toContain('states its version');
    const macros = ['MAJOR 2', 'MINOR 12', 'PATCH 3'].map((part) => `#define TORCH_VERSION_${part}\n`).join('');
    writeFiles(home, { 'include/torch/headeronly/version.h': macros });
    expect(inspect(home).libtorch?.version).toBe('2.12.3');
    writeFiles(home, { 'build-version': '2.12.3+cu130\n' });
    expect(inspect(home).libtorch?.version).toBe('2.12.3+cu130');
  });

  test('a universal library of macOS fits both machines', () => {
    const universal = Buffer.alloc(48);
    [0xcafebabe, 2, 0x01000007].forEach((word, index) => universal.writeUInt32BE(word, 4 * index));
    universal.writeUInt32BE(0x0100000c, 28);
    writeFiles(home, { 'version.py': "__version__ = '2.13.0'", 'include/ATen/ATen.h': '', 'lib/libc10.dylib': universal });
    writeFiles(home, { 'lib/libtorch.dylib': '', 'lib/libtorch_cpu.dylib': '' });
    for (const arch of ['x64', 'arm64']) expect(inspect(home, { platform: 'darwin', arch })).toMatchObject({ libtorch: { abi: 'libc++' } });
  });
});

test('the program prints JSON for CMake, or the message and exit code 1', () => {
  const program = path.join(packageRoot, 'scripts', 'find-libtorch.mjs');
  const run = (env: Record<string, string>) =>
    spawnSync(process.execPath, [program], { env: { HOME: home, PATH: home, ...env }, encoding: 'utf8' });
  const failed = run({});
  expect(failed.status).toBe(1);
  expect(failed.stdout).toBe('');
  expect(failed.stderr).toContain('LibTorch was not found');
  if (process.platform === 'linux' && process.arch === 'x64') {
    const found = run({ LIBTORCH: fakeLibtorch(path.join(home, 'mine')) });
    expect(JSON.parse(found.stdout)).toMatchObject({ dir: path.join(home, 'mine'), version: '2.13.0+cpu' });
  }
});
