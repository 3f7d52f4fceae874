/**
 * Ctrl-C and SIGTERM. The first asks long work to stop after the step it is in, so that a checkpoint is kept; the second ends the process
 * at once. Both leave with exit code 130.
 */
import { BornAgainError } from '../util/errors.js';
import { describeError, EXIT } from './errors.js';
import { printNote } from './output.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs `work` with a signal that the first Ctrl-C aborts.
 * @param resume how to go on; ends the message of the error that is thrown
 * @throws BornAgainError ERR_CANCELLED where the work stopped for that signal; whatever else the work throws
 */
export async function interruptible<T>(resume: string, say: (line: string) => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    say('stopping after this step; Ctrl-C again ends at once');
    controller.abort();
  };
  try {
    return await withSignalHandler(onSignal, () => work(controller.signal));
  } catch (error) {
    const stopped = controller.signal.aborted && error instanceof BornAgainError && error.code === 'ERR_CANCELLED';
    if (stopped) throw new BornAgainError('ERR_CANCELLED', `interrupted; ${resume}`, error.details, { cause: error });
    throw error;
  }
}

/**
 * Runs short or restartable work that a signal ends.
 * @param last what is to be done before that; a second signal does not wait for it
 */
export function endedBySignal<T>(work: () => Promise<T>, last: () => Promise<void> = () => Promise.resolve()): Promise<T> {
  let ending = false;
  const onSignal = (): void => {
    if (ending) process.exit(EXIT.interrupted);
    ending = true;
    void last()
      .catch((error: unknown) => {
        printNote(describeError(error) ?? String(error));
      })
      .finally(() => process.exit(EXIT.interrupted));
  };
  return withSignalHandler(onSignal, work);
}

async function withSignalHandler<T>(handler: () => void, work: () => Promise<T>): Promise<T> {
  for (const signal of SIGNALS) process.on(signal, handler);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, handler);
  }
}
