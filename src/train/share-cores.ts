/** Threads of one session where several train side by side. */
import { availableParallelism } from 'node:os';
import type { Config } from '../config/schema.js';

/** `threads` as configured, or the cores divided between the parallel runs; 0, LibTorch's default, where there is one run. */
export function shareCores(runtime: Config['runtime'], parallelRuns: number): Config['runtime'] {
  if (runtime.threads !== 0 || parallelRuns === 1) return runtime;
  return { ...runtime, threads: Math.max(1, Math.floor(availableParallelism() / parallelRuns)) };
}
