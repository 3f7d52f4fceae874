/**
 * `bornagain watch`: follows an experiment from outside until it has ended, serves its live page meanwhile, and says a line for each run
 * that ends. It looks at files only: the experiment does not know of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ExperimentObserver } from '../../experiment/observe/observer.js';
import type { ExperimentState } from '../../experiment/observe/state.js';
import { formatPlural } from '../../util/format.js';
import { endSentences, phaseSentence } from './sentences.js';
import { WatchServer } from './server.js';

const INTERVAL_MS = 1000;

export interface WatchOptions {
  readonly outDir: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Goes on serving when the experiment has ended. */
  readonly keep: boolean;
  /** Ends the watching. */
  readonly signal?: AbortSignal;
  /** Between two looks at the folder, in milliseconds. */
  readonly interval?: number;
  readonly say: (line: string) => void;
  /** Called once, when the page can be opened. */
  readonly onListening?: (url: string) => void;
}

/**
 * Waits for an experiment that has not begun, and for one that has stopped to go on.
 * @returns the last state: `ended`, unless the signal came first
 * @throws BornAgainError ERR_USAGE (the folder is no experiment's, the port is taken), and what looking at the folder throws
 */
export async function watchExperiment(options: WatchOptions): Promise<ExperimentState> {
  const { outDir, port, keep, signal, interval = INTERVAL_MS, say, onListening } = options;
  const observer = new ExperimentObserver(outDir);
  let state = await observer.read();
  const server = await WatchServer.start(outDir, port);
  try {
    say(`${server.url} shows ${outDir}; Ctrl-C ends the watching, not the experiment`);
    onListening?.(server.url);
    let before: ExperimentState | null = null;
    for (;;) {
      if (JSON.stringify(state) !== JSON.stringify(before)) server.publish(state);
      for (const line of news(before, state, outDir)) say(line);
      before = state;
      if ((state.phase === 'ended' && !keep) || signal?.aborted === true) return state;
      await sleep(interval, undefined, { signal }).catch(ignoreAbort);
      state = await observer.read();
    }
  } finally {
    await server.close();
  }
}

/** The lines that a new state is worth. What had ended before the first look is counted, not listed. */
function news(before: ExperimentState | null, state: ExperimentState, outDir: string): string[] {
  const lines: string[] = [];
  if (before === null && state.finished.length > 0) lines.push(`${formatPlural(state.finished.length, 'model')} finished before`);
  if (before !== null) lines.push(...endSentences(before, state));
  if (before?.phase !== state.phase) lines.push(phaseSentence(state, outDir));
  return lines;
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
