/** The package as its users import it: what it exports, and that importing it needs no LibTorch. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PACKAGE = JSON.stringify(pathToFileURL(resolve('dist/index.js')).href);

it('loads without LibTorch, which is asked for by the first tensor', async () => {
  const script = `
    import { BornAgainError, resolveConfig, Tensor, taskByName } from ${PACKAGE};
    console.log(resolveConfig({ preset: 'paper' }).multi.epochs, taskByName('rte').title);
    try { Tensor.from([1, 2]); } catch (error) { console.log(error instanceof BornAgainError, error.code); }`;
  const env = { ...process.env, LIBTORCH: '/nowhere' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env });
  expect(stdout).toBe('6 RTE\ntrue ERR_ADDON_LOAD\n');
});

// WebAssembly of the statistics would ask for some fifty gigabytes of them.
it.runIf(process.platform === 'linux')('loads where few addresses are allowed', async () => {
  const program = `import { resolveConfig } from ${PACKAGE}; console.log(resolveConfig({ preset: 'paper' }).multi.epochs);`;
  const limited = 'ulimit -v 16000000 && exec "$0" --input-type=module --eval "$1"';
  const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, program]);
  expect(stdout).toBe('6\n');
});
