/**
 * `npm run test:kernels [part of a case's name]`: builds native/test beside the addon, whose kernels it links, and runs it.
 * `npm run test:sanitized` does so in a folder of its own under the address and the undefined-behaviour sanitizer. Only what changed is
 * compiled again.
 */
import path from 'node:path';
import { compileJobs } from './lib/build.mjs';
import { SetupError, execute, main, timed } from './lib/console.mjs';
import { findLibtorch, notFoundMessage } from './lib/find-libtorch.mjs';
import { ROOT } from './lib/stamp.mjs';

const args = process.argv.slice(2);
const sanitize = args.includes('--sanitize');
const folder = sanitize ? path.join(ROOT, 'build', 'kernels-sanitized') : path.join(ROOT, 'build');
const SANITIZERS = '-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1';

function build() {
  const search = findLibtorch();
  if (!search.found) throw new SetupError(notFoundMessage(search));
  const flags = sanitize ? [`-DCMAKE_CXX_FLAGS=${SANITIZERS}`, '-DCMAKE_CXX_FLAGS_RELEASE=-O1'] : [];
  const defined = [`-DLIBTORCH=${search.found.dir}`, `-DNODE_PROGRAM=${process.execPath}`, ...flags];
  const status =
    execute('cmake', ['-S', ROOT, '-B', folder, '--log-level=WARNING', ...defined]) ||
    execute('cmake', ['--build', folder, '--target', 'kernel_tests', '--parallel', String(compileJobs())]);
  if (status !== 0) throw new SetupError(`The kernels' tests could not be built (exit code ${status}); the message is above.`);
}

await main(() => {
  timed(`Building the kernels' tests${sanitize ? ' with sanitizers' : ''}`, build);
  // LibTorch keeps memory until the process ends, which is not a leak of ours.
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0', UBSAN_OPTIONS: 'print_stacktrace=1' };
  return execute(
    path.join(folder, 'kernel_tests'),
    args.filter((arg) => arg !== '--sanitize'),
    { env },
  );
});
