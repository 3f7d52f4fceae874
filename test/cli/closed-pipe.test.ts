/** A reader that goes away before the end, as `head` does. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rtePlace } from '../experiment/experiment-rig.js';
import { temporaryFolder } from '../train/tiny-model.js';
import { startCli } from './run-cli.js';

async function unread(...args: string[]): Promise<{ code: unknown; told: string }> {
  const child = startCli(args);
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
  const { dataDir, modelDir } = await rtePlace();
  const out = await temporaryFolder();
  const place = ['--data', dataDir, '--model', modelDir, '--out', out];
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
