/**
 * SHA-256 of files and bytes, as lower-case hex. Cache keys and the tie between teacher outputs and their teacher rest on it, so it
 * covers content only: never a path, a time or a size.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
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
  const hash = createHash('sha256');
  if (range !== undefined && range.end <= range.start) return hash.digest('hex');
  // createReadStream counts its `end` in.
  const limits = range === undefined ? {} : { start: range.start, end: range.end - 1 };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, ...limits })) hash.update(chunk as Buffer);
  } catch (cause) {
    throw ioError('read', path, cause);
  }
  return hash.digest('hex');
}
