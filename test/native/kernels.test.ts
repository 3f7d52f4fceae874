/** Runs native/test, which holds the kernels to LibTorch's operations under every instruction set of this CPU, and asks for their rate. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadAddon } from '../../src/native/load.js';
import { packageRoot } from '../../src/native/paths.js';
import { addon, expectError } from './support.js';

const SETS = ['portable', 'avx2', 'avx512', 'avx512_bf16', 'amx_bf16'];
const CASES = [
  'linear fp32',
  'linear bf16',
  'linear and activation fp32',
  'linear and activation bf16',
  'weight tiles fp32',
  'weight tiles bf16',
  'attention fp32',
  'attention bf16',
  'first tokens fp32',
  'first tokens bf16',
  'layer norm fp32',
  'layer norm bf16',
  'embeddings fp32',
  'embeddings bf16',
  'layer norm backward fp32',
  'layer norm backward bf16',
  'activation fp32',
  'activation bf16',
  'tanh fp32',
  'tanh bf16',
  'elementwise fp32',
  'elementwise bf16',
  'column sums fp32',
  'column sums bf16',
  'sum of squares fp32',
  'sum of squares bf16',
  'sum of rows fp32',
  'sum of rows bf16',
  'dropout of a row fp32',
  'dropout of a row bf16',
  'rounding fp32',
  'rounding bf16',
  'AdamW fp32',
  'AdamW bf16',
  'AdamW without a gradient',
];

// Compiling LibTorch's headers takes most of it.
const BUILD_MS = 300_000;

test('every kernel agrees with LibTorch, whatever the instruction set and the number of threads', { timeout: BUILD_MS }, () => {
  const script = path.join(packageRoot, 'scripts', 'kernel-tests.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '' },
  });
  expect(status, stdout + stderr).toBe(0);
  expect(stdout).toMatch(/^[1-9]\d* runs, 0 failures$/m);
  const best = SETS.indexOf(addon.runtimeInfo().instructionSet);
  for (const set of SETS.slice(0, best + 1)) {
    for (const name of CASES) expect(stdout).toMatch(new RegExp(`^${set}, ${name}: [1-9]\\d* checks$`, 'm'));
  }
});

test('an instruction set is chosen by the environment, and one that is not there is refused', () => {
  const info = `import { loadAddon } from ${JSON.stringify(path.join(packageRoot, 'dist', 'native', 'load.js'))};
    process.stdout.write(loadAddon().runtimeInfo().instructionSet);`;
  const run = (set: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', info], {
      encoding: 'utf8',
      env: { ...process.env, BORNAGAIN_INSTRUCTION_SET: set },
    });
  expect(run('portable').stdout).toBe('portable');
  expect(run('').stdout).toBe(addon.runtimeInfo().instructionSet);
  expect(run('avx1024').stderr).toMatch(
    /BORNAGAIN_INSTRUCTION_SET: the instruction set "avx1024" is not available here; take one of: portable/,
  );
});

test('the rate of own and LibTorch products is measured together', () => {
  const request = { rows: 40, out: 48, in: 64, precision: 'fp32', seconds: 0.01, threads: 1 } as const;
  const { own, libtorch } = addon.gemmRate(request);
  for (const rate of [own, libtorch]) {
    for (const value of Object.values(rate)) expect(value).toBeGreaterThan(0);
    // Three equal pieces of work one after another: the harmonic mean.
    const { forward, inputGradient, weightGradient } = rate;
    expect(rate.all).toBeCloseTo(3 / (1 / forward + 1 / inputGradient + 1 / weightGradient), 6);
  }
  expectError(() => loadAddon().gemmRate({ ...request, rows: 0 }), 'ERR_INVALID_ARGUMENT', /gemmRate\.rows must be at least 1/);
  expectError(
    () => loadAddon().gemmRate({ ...request, threads: 1025 }),
    'ERR_INVALID_ARGUMENT',
    /gemmRate\.threads must be between 1 and 1024/,
  );
  expectError(() => loadAddon().gemmRate({ ...request, seconds: Infinity }), 'ERR_INVALID_ARGUMENT', /gemmRate\.seconds must be finite/);
});
