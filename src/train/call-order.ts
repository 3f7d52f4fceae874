/**
 * The order of a session's calls. Most of them are one native call, and the native queue keeps their order. One of several parts, such as
 * reading a file and then taking it over, must be done before the next begins: what comes meanwhile waits here.
 */
import { BornAgainError } from '../util/errors.js';

interface Waiting {
  readonly begin: () => void;
  readonly reject: (error: BornAgainError) => void;
}

export class CallOrder {
  #held = false;
  #cancelling = new AbortController();
  readonly #waiting: Waiting[] = [];

  /** Whether the next call has to wait. */
  get held(): boolean {
    return this.#held;
  }

  /** Begins at once where nothing is under way alone, else in its turn. Its failure is nobody else's. Rejects with ERR_CANCELLED, too. */
  call<T>(begin: () => Promise<T>): Promise<T> {
    if (!this.#held) return begin();
    return new Promise((resolve, reject) => this.#waiting.push({ begin: () => resolve(begin()), reject }));
  }

  /**
   * The same for an operation of several parts: no later call begins before it has ended.
   * @param operation `signal` tells it of `cancel`; `throwIfAborted` throws ERR_CANCELLED then
   */
  alone<T>(operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.call(async () => {
      this.#held = true;
      try {
        return await operation(this.#cancelling.signal);
      } finally {
        this.#release();
      }
    });
  }

  /** What waits rejects with ERR_CANCELLED, and what is under way alone is told. Later calls are not concerned. */
  cancel(): void {
    const error = new BornAgainError('ERR_CANCELLED', "the session's work was cancelled");
    this.#cancelling.abort(error);
    this.#cancelling = new AbortController();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** All at once, before anybody hears that the operation has ended and calls again; up to the next one that is to be alone. */
  #release(): void {
    this.#held = false;
    while (!this.#held) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.begin();
    }
  }
}
