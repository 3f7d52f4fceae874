import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Libtorch } from '../../src/native/libtorch.js';
import { loadAddon, loadAddonFrom } from '../../src/native/load.js';
import { addonPaths } from '../../src/native/paths.js';
import type { AddonPaths } from '../../src/native/paths.js';
import { describeRuntime } from '../../src/native/runtime.js';
import { BornAgainError } from '../../src/util/errors.js';
import { fakeLibtorch, temporaryFolder, writeFiles } from '../scripts/fake-libtorch.js';

const recorded = JSON.parse(readFileSync(addonPaths().record, 'utf8')) as Libtorch;
let paths: AddonPaths;
let empty: string;

beforeEach(() => {
  paths = addonPaths(temporaryFolder());
  empty = temporaryFolder();
});

function failure(env: Readonly<Record<string, string>> = {}): BornAgainError {
  try {
    loadAddonFrom(paths, { HOME: empty, PATH: empty, ...env });
  } catch (error) {
    if (error instanceof BornAgainError) return error;
    throw error;
  }
  throw new Error('the addon was loaded');
}

/** Puts a file where the addon should be, with the true LibTorch as its record unless another is given. */
function install(addon: string | Buffer, record: Partial<Libtorch> = {}): void {
  writeFiles(paths.root, { 'build/Release/bornagain.node': addon, 'build/libtorch.json': JSON.stringify({ ...recorded, ...record }) });
}

describe('the built addon', () => {
  test('is loaded once', () => {
    expect(loadAddon()).toBe(loadAddon());
  });

  test('runs with the LibTorch it was compiled against', () => {
    const { libtorch, runtime, devices, places } = describeRuntime();
    expect(runtime.compiledVersion).toBe(runtime.runtimeVersion.split('+')[0]);
    expect(libtorch).toEqual(recorded);
    expect(libtorch.version.startsWith(runtime.compiledVersion)).toBe(true);
    expect(devices[0]).toBe('cpu');
    expect(places.map(({ source }) => source)).toEqual(['LIBTORCH', 'cache', 'python3']);
  });

  const carried = readdirSync(recorded.lib).filter((file) => /^lib(gomp|iomp5|omp)\b/.test(file));
  test.runIf(carried.length > 0)("brings LibTorch's own OpenMP runtime, and no other", () => {
    expect(describeRuntime().openmp).toEqual(carried.map((file) => path.join(recorded.lib, file)));
  });
});

describe('not built', () => {
  test('with a LibTorch at hand: the command that builds it', () => {
    const error = failure({ LIBTORCH: recorded.dir });
    expect(error.code).toBe('ERR_ADDON_NOT_BUILT');
    expect(error.message).toContain(paths.addon);
    expect(error.message).toContain(`npm run setup (in ${paths.root})`);
    expect(error.message).toContain(recorded.dir);
  });

  test('without one: every place tried', () => {
    const error = failure();
    expect(error.code).toBe('ERR_LIBTORCH_NOT_FOUND');
    for (const place of ['environment variable LIBTORCH: not set', `per-user cache: ${empty}`, 'torch of python3: no python3 on PATH']) {
      expect(error.message).toContain(place);
    }
  });
});

describe('the LibTorch is no longer what the addon was built against', () => {
  test('its folder is gone', () => {
    install('', { dir: path.join(empty, 'gone') });
    const error = failure();
    expect(error.code).toBe('ERR_ADDON_LOAD');
    expect(error.message).toContain('is no longer usable');
    expect(error.message).toContain(`1. built against: ${empty}/gone: no such folder`);
    expect(error.message).toContain('4. torch of python3');
    expect(error.message).toContain('Fix: npm run setup');
  });

  test.runIf(process.platform === 'linux' && process.arch === 'x64')('another version lies there now', () => {
    install('', { dir: fakeLibtorch(path.join(empty, 'torch'), { version: '2.12.0', cuda: true }), version: '2.13.0+cpu', cuda: false });
    expect(failure().message).toContain('has changed (version was 2.13.0+cpu, is 2.12.0, cuda was false, is true)');
  });

  test('LIBTORCH asks for another one', () => {
    install('');
    const error = failure({ LIBTORCH: empty });
    expect(error.code).toBe('ERR_ADDON_LOAD');
    expect(error.message).toContain('LIBTORCH names another folder than the one the addon was built against');
  });
});

describe('a record of the build that says nothing', () => {
  test.each([
    ['empty', ''],
    ['cut', JSON.stringify(recorded).slice(0, 20)],
    ['of no LibTorch', 'null'],
    ['without its folder', '{"version":"2.13.0"}'],
  ])('because it is %s', (_, text) => {
    writeFiles(paths.root, { 'build/Release/bornagain.node': '', 'build/libtorch.json': text });
    const error = failure();
    expect(error.code).toBe('ERR_ADDON_LOAD');
    expect(error.message).toContain(`${paths.record}, which says what LibTorch`);
    expect(error.message).toContain('Fix: npm run setup');
  });
});

describe('what the dynamic loader refuses', () => {
  /** Compiles C into the place of the addon. */
  function compile(source: string, ...options: string[]): void {
    install('');
    writeFiles(empty, { 'source.c': source });
    const result = spawnSync('cc', ['-shared', '-fPIC', '-o', paths.addon, path.join(empty, 'source.c'), ...options], { encoding: 'utf8' });
    expect(result.stderr).toBe('');
  }

  test('a file that is no library', () => {
    install('#'.repeat(200));
    const error = failure();
    expect(error.code).toBe('ERR_ADDON_LOAD');
    expect(error.message).toContain(paths.addon);
    expect(error.details['addon']).toBe(paths.addon);
  });

  test.runIf(process.platform === 'linux')('a symbol that LibTorch does not have is found at once, not at its first call', () => {
    compile('void absent_from_this_libtorch(void); void use(void) { absent_from_this_libtorch(); }');
    const { message } = failure();
    expect(message).toContain('the libraries found at run time are not those the addon was built against');
    expect(message).toContain('absent_from_this_libtorch');
    expect(message).toContain('1. built against:');
  });

  test.runIf(process.platform === 'linux')('a missing library is named', () => {
    const library = path.join(empty, 'libabsent.so');
    spawnSync('cc', ['-shared', '-o', library, '-x', 'c', '/dev/null']);
    compile('', '-Wl,--no-as-needed', library);
    rmSync(library);
    const { message } = failure();
    expect(message).toContain('a library that the addon needs is missing');
    expect(message).toContain('libabsent.so');
  });
});
