/** Runs a piece of the setup scripts, which are plain JavaScript that works on its own process's environment, in a process of its own. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/native/paths.js';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `body` sees the exports of scripts/lib/`name` as `module`. */
export function runModule(name: string, body: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const url = pathToFileURL(path.join(packageRoot, 'scripts', 'lib', name)).href;
  const code = `import * as module from ${JSON.stringify(url)};\n${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
