/** A program run once, to its end: what it printed last, as JSON, and how long it took. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { sideEnvironment } from './worker.js';

export interface Ended {
  /** Seconds from its start to its end. */
  readonly seconds: number;
  readonly output: string;
}

/** Rejects, with what it printed, where it fails. `input` is all that it can read. */
export async function runProgram(program: string, args: readonly string[], input = ''): Promise<Ended> {
  const start = performance.now();
  const child = spawn(program, args, { stdio: 'pipe', env: sideEnvironment() });
  child.stdin.end(input);
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}\n${errors}`);
  return { seconds: (performance.now() - start) / 1000, output };
}

/** One of our programs (bench/ours): a request in, the answer out, both as JSON. */
export async function askProgram<Answer>(file: string, request: object): Promise<Answer> {
  const { output } = await runProgram(process.execPath, [file], JSON.stringify(request));
  return JSON.parse(output) as Answer;
}
