/**
 * Files that are there whole or not at all. The content goes to a temporary file in the same folder (a rename is atomic only within a
 * file system), is flushed to the disk, and takes the name in one rename; whatever fails before that leaves the old file as it was.
 */
import { open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { namesIn } from './if-there.js';
import { attemptIo, errnoOf, ioError } from './io-error.js';
import { makeFolder } from './make-folder.js';
import { nameOfTemporary, temporaryFile } from './temporary-name.js';

/** A writer writes all the time. Whether its process lives cannot be asked: the folder may be another machine's too. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;
/** It has gone by now, or may not be removed: it is another user's, or the folder is read-only, which writing tells. */
const LEFT_ALONE = ['ENOENT', 'EPERM', 'EACCES', 'EROFS'];

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
  const temporary = temporaryFile(path);
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

/**
 * Removes the temporary files that nobody has written to for a day, which killed processes have left in the folder.
 * @param names of the files that they would have become
 * @throws BornAgainError ERR_IO
 */
export async function removeAbandoned(folder: string, names: RegExp): Promise<void> {
  const temporaries = (await namesIn(folder)).filter((name) => names.test(nameOfTemporary(name) ?? ''));
  for (const path of temporaries.map((name) => join(folder, name))) {
    try {
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(path);
    } catch (error) {
      if (!LEFT_ALONE.includes(errnoOf(error))) throw ioError('remove', path, error);
    }
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
