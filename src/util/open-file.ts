/** A file that stays open for reads anywhere in it, for as long as somebody holds it. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { BornAgainError } from './errors.js';
import { ioError } from './io-error.js';

/** Who reads from a data set does not know when the last reading is done; the garbage collector does. */
const forgotten = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

/** Asking the system costs as much as a read; so rarely it costs nothing, and what has changed is found out within a few batches. */
const MILLISECONDS_BETWEEN_CHECKS = 100;

export class OpenFile {
  private readonly descriptor: number;
  private readonly version: string;
  private checked = -Infinity;

  /** @throws BornAgainError ERR_IO */
  constructor(readonly path: string) {
    this.descriptor = this.attempt(() => openSync(path, 'r'));
    forgotten.register(this, this.descriptor);
    this.version = this.currentVersion();
  }

  /**
   * Fills `length` elements of `target` from element `start` on with the bytes from `position` on. Synchronous: two or three microseconds
   * where the system has the file in its cache, less than a turn of the event loop.
   * @throws BornAgainError ERR_IO, also where the file is no longer what it was when it was opened. It may be deleted or replaced.
   */
  read<A extends Int32Array | Float32Array | Uint8Array>(target: A, position: number, start = 0, length = target.length - start): A {
    this.expectUnchanged();
    const [first, bytes] = [start * target.BYTES_PER_ELEMENT, length * target.BYTES_PER_ELEMENT];
    for (let done = 0; done < bytes;) {
      const from = done;
      const count = this.attempt(() => readSync(this.descriptor, target, first + from, bytes - from, position + from));
      if (count === 0) throw this.changed();
      done += count;
    }
    return target;
  }

  private expectUnchanged(): void {
    const now = performance.now();
    if (now < this.checked + MILLISECONDS_BETWEEN_CHECKS) return;
    if (this.currentVersion() !== this.version) throw this.changed();
    this.checked = now;
  }

  /** Not the time of its last status change: deleting the file changes that, and it can be read all the same. */
  private currentVersion(): string {
    const { size, mtimeNs } = this.attempt(() => fstatSync(this.descriptor, { bigint: true }));
    return `${size} ${mtimeNs}`;
  }

  private changed(): BornAgainError {
    const message = `cannot read ${this.path}: it was changed while it was in use. Start again; it is made anew where it is damaged`;
    return new BornAgainError('ERR_IO', message, { file: this.path });
  }

  private attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw ioError('read', this.path, cause);
    }
  }
}
