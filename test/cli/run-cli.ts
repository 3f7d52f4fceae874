/** The built command line in a process of its own, as a user's shell starts it. `npm test` builds it; so does `npm run setup`. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const MAIN = resolve('dist/cli/main.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCli(args: readonly string[], input = ''): Promise<CliResult> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is not built; run npm run setup`);
  return runNode([MAIN, ...args], input);
}

export function runNode(args: readonly string[], input = ''): Promise<CliResult> {
  const child = spawn(process.execPath, args, { stdio: 'pipe' });
  const result = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
  child.stdin.end(input);
  return new Promise((fulfil, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      fulfil({ code, ...result });
    });
  });
}
