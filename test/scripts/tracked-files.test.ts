import { chmodSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from './fake-libtorch.js';
import { runModule } from './run-module.js';

/** With a git that is this shell script, or with none. */
function list(git: string | null) {
  const bin = temporaryFolder();
  if (git !== null) {
    writeFiles(bin, { git: `#!/bin/sh\n${git}\n` });
    chmodSync(path.join(bin, 'git'), 0o755);
  }
  return runModule('tracked-files.mjs', "console.log(module.trackedFiles('*.cc').join());", { PATH: bin });
}

test('names each file once', async () => {
  expect((await list('echo a.cc; echo b.cc; echo a.cc')).stdout.trim()).toBe('a.cc,b.cc');
});

test.each([
  ['there is no git', null, 'git could not list the files to check: spawnSync git ENOENT'],
  ['git refuses', "echo 'fatal: detected dubious ownership' >&2; exit 128", 'files to check: fatal: detected dubious ownership'],
  ['there is no file', 'exit 0', 'git lists no file *.cc'],
])('refuses to check nothing where %s', async (_, git, message) => {
  const { status, stderr } = await list(git);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
});
