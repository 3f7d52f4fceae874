/**
 * The checksum of a session's state, computed in pieces: of a BERT-base it takes more than a second, in which the event loop has other work.
 * The values must stay as they are meanwhile.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { NamedTensor } from '../nn/safetensors.js';

/** Some milliseconds of hashing. */
export const PIECE_BYTES = 4 << 20;

/** SHA-256 of the values end to end and then of each note as JSON, in hexadecimal. */
export async function checksum(tensors: ReadonlyMap<string, NamedTensor>, notes: Readonly<Record<string, string>>): Promise<string> {
  const hash = createHash('sha256');
  for (const { data } of tensors.values()) {
    for (let start = 0; start < data.byteLength; start += PIECE_BYTES) {
      hash.update(new Uint8Array(data.buffer, data.byteOffset + start, Math.min(PIECE_BYTES, data.byteLength - start)));
      await setImmediate();
    }
  }
  for (const entry of Object.entries(notes)) hash.update(JSON.stringify(entry));
  return hash.digest('hex');
}
