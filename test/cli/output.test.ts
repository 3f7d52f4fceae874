/** Where the command line writes to: full disks and closed pipes, on which a result is an error and a log is not. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { runCli } from './run-cli.js';

const MAIN = resolve('dist/cli/main.js');
const FULL = '/dev/full';
const onLinux = { skip: !existsSync(FULL) };

/** As a shell's `>` and `2>` start it. */
function runWith(args: readonly string[], stdout: number | 'pipe', stderr: number | 'pipe'): { code: number | null; stderr: string } {
  const { status, stderr: text } = spawnSync(process.execPath, args, { stdio: ['ignore', stdout, stderr], encoding: 'utf8' });
  return { code: status, stderr: text };
}

function withFull<T>(use: (descriptor: number) => T): T {
  const descriptor = openSync(FULL, 'w');
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const NO_SPACE = /^error: cannot write standard output: ENOSPC: [^\n]*The disk is full: free some space[^\n]*\n$/;

describe('stdout on a full disk', () => {
  it.each([
    ['a help', ['run', '--help']],
    ['JSON', ['doctor', '--json']],
  ])('%s is one line of error and 1', onLinux, (_, args) => {
    const { code, stderr } = withFull((full) => runWith([MAIN, ...args], full, 'pipe'));
    expect(stderr).toMatch(NO_SPACE);
    expect(code).toBe(1);
  });

  it('keeps the exit code of the error that was to be printed as JSON', onLinux, () => {
    const { code, stderr } = withFull((full) => runWith([MAIN, 'run', '--dta', '--json'], full, 'pipe'));
    expect(stderr).toContain("error: unknown option '--dta'");
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(2);
  });

  it('a chunk of which the system takes only a part is no success', onLinux, async () => {
    const file = join(await temporaryFolder(), 'out.txt');
    const output = JSON.stringify(pathToFileURL(resolve('dist/cli/output.js')).href);
    const script = `import { writeStdout } from ${output}; await writeStdout(Buffer.alloc(100_000, 'x')).catch(({ code, details }) => console.error(code, details.errno));`;
    const command = `ulimit -f 8; exec "$0" --input-type=module --eval "$1" > "$2"`;
    const { stderr } = spawnSync('bash', ['-c', command, process.execPath, script, file], { encoding: 'utf8' });
    expect(stderr).toBe('ERR_IO EFBIG\n');
    expect(readFileSync(file, 'utf8')).toBe('x'.repeat(8 * 1024));
  });
});

describe('stderr that cannot be written', () => {
  it('leaves the exit code right', onLinux, () => {
    expect(withFull((full) => runWith([MAIN, 'run', '--dta'], 'pipe', full)).code).toBe(2);
    expect(withFull((full) => runWith([MAIN, '--help'], full, full)).code).toBe(1);
  });

  it('does not end a training, whether its disk is full or its reader is gone', onLinux, async () => {
    const dataDir = await smallData(['RTE'], 9);
    const modelDir = await tinyModel(dataDir);
    const train = (out: string): string[] => [
      ...['train', '--arm', 'single', '--tasks', 'rte', '--data', dataDir, '--model', modelDir, '--out', out],
      ...['--set', 'single.epochs=1', 'data.maxLength=48', 'runtime.threads=1', '--json'],
    ];
    const folder = await temporaryFolder();
    const expected = await runCli(train(join(folder, 'read')));
    expect(expected.code, expected.stderr).toBe(0);
    const { code } = withFull((full) => runWith([MAIN, ...train(join(folder, 'full'))], 'pipe', full));
    expect(code).toBe(0);
    const closed = spawn(process.execPath, [MAIN, ...train(join(folder, 'closed'))], { stdio: ['ignore', 'ignore', 'pipe'] });
    closed.stderr.destroy();
    expect(await once(closed, 'close')).toEqual([0, null]);
    const weights = ['read', 'full', 'closed'].map((name) => readFileSync(join(folder, name, 'model/model.safetensors')));
    expect(weights[1]?.equals(weights[0] ?? Buffer.of())).toBe(true);
    expect(weights[2]?.equals(weights[0] ?? Buffer.of())).toBe(true);
  });
});
