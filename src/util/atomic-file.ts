/**
 * Files that are there whole or not at all. The content goes to a temporary file in the same folder (a rename is atomic only within a
 * file system), is flushed to the disk, and takes the name in one rename; whatever fails before that leaves the old file as it was.
 */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { attemptIo, errnoOf } from './io-error.js';
import { makeFolder } from './make-folder.js';

/** Appends a chunk; resolved when the operating system has taken it. */
export type WriteChunk = (chunk: Uint8Array) => Promise<void>;

/**
 * Writes `data` as the whole content of `path`. The folder is made if it is missing.
 * @throws BornAgainError ERR_IO naming the file and what to do; the old file stays and nothing else is left behind
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  await writeStreamAtomic(path, (write) => write(typeof data === 'string' ? Buffer.from(data) : data));
}

/**
 * Writes what `produce` hands over, chunk by chunk; `path` changes only after `produce` has resolved.
 * @returns what `produce` returned
 * @throws BornAgainError ERR_IO; whatever `produce` throws passes through unchanged
 */
export async function writeStreamAtomic<T>(path: string, produce: (write: WriteChunk) => Promise<T>): Promise<T> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${randomUUID()}.tmp`);
  const handle = await attemptIo('write', path, async () => {
    await makeFolder(folder);
    return open(temporary, 'wx');
  });
  let complete = false;
  try {
    const result = await fill(handle, path, produce);
    await attemptIo('write', path, () => rename(temporary, path));
    complete = true;
    await attemptIo('write', path, () => syncFolder(folder));
    return result;
  } finally {
    if (!complete) await rm(temporary, { force: true });
  }
}

async function fill<T>(handle: FileHandle, path: string, produce: (write: WriteChunk) => Promise<T>): Promise<T> {
  try {
    const result = await produce((chunk) => attemptIo('write', path, () => writeAll(handle, chunk)));
    await attemptIo('write', path, () => handle.sync());
    return result;
  } finally {
    await attemptIo('write', path, () => handle.close());
  }
}

/** One write call may take only part of a chunk. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength;) {
    written += (await handle.write(chunk, written, chunk.byteLength - written)).bytesWritten;
  }
}

/** Makes the rename itself durable. Windows cannot open folders; its rename needs no such help. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems refuse to flush a folder; the file itself is on the disk by then.
    if (errnoOf(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}
