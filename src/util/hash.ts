/**
 * SHA-256 of files and bytes, as lower-case hex. Cache keys and the tie between teacher outputs and their teacher rest on it, so it
 * covers content only: never a path, a time or a size.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ioError } from './io-error.js';

const CHUNK_BYTES = 1 << 20;

/**
 * Hash of the parts one after the other. Parts run together: hash structured data as JSON, or ('ab', 'c') equals ('a', 'bc').
 */
export function sha256(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/**
 * Hash of a file's content, streamed: memory does not grow with the file.
 * @param range bytes `start` (included) to `end` (excluded); the whole file without it
 * @throws BornAgainError ERR_IO naming the file
 */
export async function sha256File(path: string, range?: { readonly start: number; readonly end: number }): Promise<string> {
  try {
    const file = await open(path);
    try {
      return await sha256Handle(file, range ?? { start: 0, end: Infinity });
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw ioError('read', path, cause);
  }
}

/**
 * Reads into one buffer while the other is hashed, and into both again and again: a stream's chunks stay in memory until they are
 * collected.
 */
async function sha256Handle(file: FileHandle, { start, end }: { readonly start: number; readonly end: number }): Promise<string> {
  const hash = createHash('sha256');
  const read = (chunk: Buffer, position: number): Promise<{ bytesRead: number }> =>
    file.read(chunk, 0, Math.min(CHUNK_BYTES, end - position), position);
  let [current, next] = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];
  let { bytesRead } = await read(current, start);
  for (let position = start + bytesRead; bytesRead > 0; position += bytesRead) {
    const following = read(next, position);
    hash.update(current.subarray(0, bytesRead));
    [current, next] = [next, current];
    ({ bytesRead } = await following);
  }
  return hash.digest('hex');
}
