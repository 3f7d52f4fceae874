/** The built command line in a process of its own, as a user's shell starts it. `npm test` builds it; so does `npm run setup`. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isTypeScriptBuilt } from '../../scripts/lib/typescript.mjs';

const MAIN = resolve('dist/cli/main.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCli(args: readonly string[], input = ''): Promise<CliResult> {
  return told(startCli(args), input);
}

/** For what is to be done to it while it runs. */
export function startCli(args: readonly string[]): ChildProcessWithoutNullStreams {
  requireBuilt();
  return spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });
}

/** A test of one file, run by itself, would otherwise pass or fail by what the sources said when they were last built. */
function requireBuilt(): void {
  // By hand it is built without a stamp, but later than the sources were written.
  built ??= existsSync(MAIN) && (isTypeScriptBuilt() || newest('src') <= newest('dist'));
  if (!built) throw new Error('dist is not what src says: run npm run setup, or npx tsc -p tsconfig.build.json');
}

let built: boolean | undefined;

/** When the youngest file below was written. */
function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(...files.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs));
}

export function runNode(args: readonly string[], input = ''): Promise<CliResult> {
  return told(spawn(process.execPath, args, { stdio: 'pipe' }), input);
}

function told(child: ChildProcessWithoutNullStreams, input: string): Promise<CliResult> {
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
