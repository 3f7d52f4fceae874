/** A reader that goes away before the end, as `head` does. */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';

async function unread(...args: string[]): Promise<{ code: unknown; told: string }> {
  const child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const code = await new Promise((fulfil) => child.on('close', fulfil));
  return { code, told };
}

it('ends the command quietly, with the code of SIGPIPE', async () => {
  expect(await unread('run', '--help')).toEqual({ code: 141, told: '' });
});

it('ends a run when all of it is written, the report too', async () => {
  const dataDir = await smallData(['RTE'], 25);
  const out = await temporaryFolder();
  const place = ['--data', dataDir, '--model', await tinyModel(dataDir), '--out', out];
  const { code, told } = await unread(
    'run',
    ...place,
    '--set',
    'tasks=["rte"]',
    'arms=["single"]',
    'data.maxLength=48',
    'runtime.threads=1',
  );
  expect([code, told]).toEqual([141, expect.stringContaining('finished in')]);
  expect(await readdir(join(out, 'report'))).toContain('index.html');
});
