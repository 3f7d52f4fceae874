/** Positioned reads of a large file, with the operating system's refusals told as ERR_IO and a file that ends early as its format wants. */
import { open, type FileHandle } from 'node:fs/promises';
import type { BornAgainError } from '../../util/errors.js';
import { ioError } from '../../util/io-error.js';

/** Less than what one read call of the operating system takes at most (2 GiB). */
const CHUNK_BYTES = 1 << 30;

/** What a Git checkout without LFS leaves in place of a large file. */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

export class FileBytes {
  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  /** Throws ERR_IO. */
  static async open(path: string): Promise<FileBytes> {
    let handle: FileHandle | null = null;
    try {
      handle = await open(path, 'r');
      return new FileBytes(path, (await handle.stat()).size, handle);
    } catch (cause) {
      await handle?.close();
      throw ioError('read', path, cause);
    }
  }

  /** The bytes, in a buffer of their own, aligned for any element. `corrupt` makes the error for a file that ends within them. */
  async read(position: number, length: number, corrupt: (what: string) => BornAgainError): Promise<ArrayBuffer> {
    if (position + length > this.size) throw corrupt(`it ends ${position + length - this.size} bytes early`);
    const bytes = this.allocate(length);
    let done = 0;
    while (done < length) {
      const bytesRead = await this.readInto(bytes.subarray(done, Math.min(length, done + CHUNK_BYTES)), position + done);
      if (bytesRead === 0) throw corrupt(`it ends ${length - done} bytes early`);
      done += bytesRead;
    }
    return bytes.buffer;
  }

  /** What to tell about a file that is not of its format because it was never downloaded; null for any other file. */
  async pointerFault(): Promise<string | null> {
    const bytes = new Uint8Array(Math.min(LFS_POINTER.length, this.size));
    await this.readInto(bytes, 0);
    return Buffer.from(bytes).toString('latin1') === LFS_POINTER
      ? "it is a Git LFS pointer, not the weights themselves; run 'git lfs pull' in the model's folder"
      : null;
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private allocate(length: number): Uint8Array<ArrayBuffer> {
    try {
      return new Uint8Array(length);
    } catch (cause) {
      throw ioError('read', this.path, new Error(`a single tensor of ${length} bytes does not fit in memory`, { cause }));
    }
  }

  private async readInto(bytes: Uint8Array, position: number): Promise<number> {
    try {
      return (await this.handle.read(bytes, 0, bytes.length, position)).bytesRead;
    } catch (cause) {
      throw ioError('read', this.path, cause);
    }
  }
}
