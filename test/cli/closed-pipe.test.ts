/** A reader that goes away before the end, as `head` does. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

it('ends the command quietly, with the code of SIGPIPE', async () => {
  const child = spawn(process.execPath, [resolve('dist/cli/main.js'), 'run', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const code = await new Promise((fulfil) => child.on('close', fulfil));
  expect(told).toBe('');
  expect(code).toBe(141);
});
