/**
 * A side of a comparison: a process that lives as long as its measurements, takes one command after the other as a line of JSON and answers
 * each with one. Between commands it waits for its input, so the side whose turn it is has the machine.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** OpenMP's idle threads spin for some milliseconds before they sleep; the next side starts after that. */
const SETTLING_MS = 30;

/**
 * The same for every side: no setting of the person's about threads reaches one side only, libgomp's own defaults hold on both, and the thread
 * count is asked for through each library's own call.
 */
export function sideEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OMP|GOMP|KMP|MKL|ONEDNN|DNNL|BORNAGAIN)_/.test(name));
  const quiet = { PYTHONDONTWRITEBYTECODE: '1', HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error', TOKENIZERS_PARALLELISM: 'true' };
  return { ...Object.fromEntries(kept), ...quiet, ...extra };
}

type Answer = { readonly error?: string };

export class Worker {
  private readonly answers: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    readonly startedAt: number,
  ) {
    this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static start(program: string, args: readonly string[], extra: Readonly<Record<string, string>> = {}): Worker {
    const startedAt = performance.now();
    return new Worker(spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: sideEnvironment(extra) }), startedAt);
  }

  /** Rejects with the side's own words when it fails, or when it ended. */
  async ask<Result>(command: string, request: object = {}): Promise<Result> {
    await sleep(SETTLING_MS);
    return this.askAtOnce(command, request);
  }

  async askAtOnce<Result>(command: string, request: object = {}): Promise<Result> {
    this.child.stdin.write(`${JSON.stringify({ command, ...request })}\n`);
    const line = await this.answers.next();
    if (line.done === true) throw new Error(`${this.child.spawnargs.join(' ')} ended while it was asked to ${command}`);
    const answer = JSON.parse(line.value) as Answer;
    if (answer.error !== undefined) throw new Error(`${this.child.spawnargs.join(' ')}, asked to ${command}: ${answer.error}`);
    return answer as Result;
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
  }
}
