/** bench/results/latest.json: what the last run measured, where and of which code. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeRuntime } from '../../src/native/runtime.js';
import type { GateResult } from '../subjects/gate.js';
import type { Cell } from './cell.js';
import { runProgram } from './child.js';
import type { Figure, Mean } from './table.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Machine {
  readonly cpu: string;
  /** What --device cuda measured on. */
  readonly gpu: string | null;
  readonly cores: number;
  readonly memoryGB: number;
  readonly node: string;
  readonly libtorch: string;
  readonly instructionSet: string;
  /** Of each side. */
  readonly threads: number;
  readonly peer: string;
  /** Processes that wanted a core in the minute before: near 0 where nothing else ran. */
  readonly load: number;
}

export interface Results {
  readonly machine: Machine;
  /** When it ended, UTC. */
  readonly date: string;
  /** With `+` where the checkout had changes. */
  readonly commit: string;
  readonly mode: string;
  readonly gate: readonly GateResult[];
  readonly cells: readonly Cell[];
  readonly means: readonly Mean[];
  readonly figures: readonly Figure[];
}

export async function describeMachine(python: string, threads: number, gpu: string | null): Promise<Machine> {
  const { runtimeVersion, instructionSet } = describeRuntime().runtime;
  const code = 'import torch, transformers; print(f"torch {torch.__version__}, transformers {transformers.__version__}")';
  const { output } = await runProgram(python, ['-c', code]);
  const list = cpus();
  return {
    cpu: list[0]?.model ?? 'unknown',
    gpu,
    cores: list.length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    libtorch: runtimeVersion,
    instructionSet,
    threads,
    peer: output.trim(),
    load: load(),
  };
}

/** Processes that wanted a core in the last minute. */
export const load = (): number => loadavg()[0] ?? Number.NaN;

/** What is checked out; ask before measuring. */
export function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':!bench/results', ':!docs') !== '';
  return git('rev-parse', 'HEAD') + (changed ? '+' : '');
}

/** Numbers to five digits: more than a measurement has. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;

export async function writeResults(file: string, results: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, rounded, 1)}\n`);
}
