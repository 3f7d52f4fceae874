/** Expected digests: FIPS 180-2's published vectors, and Python's hashlib for the longest (`hashlib.sha256(b'a' * 3_000_000).hexdigest()`). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256, sha256File } from '../../src/util/hash.js';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const MILLION_A = 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0';
const THREE_MILLION_A = '2a152c894398719c0570f83fac34ac03a0f6e8e474b995c2403aa5434f7b9dd4';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hash-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, 'content');
  writeFileSync(path, content);
  return path;
}

describe('sha256', () => {
  it('agrees with the published vectors', () => {
    expect(sha256()).toBe(EMPTY);
    expect(sha256('abc')).toBe(ABC);
    expect(sha256('a', new Uint8Array([0x62]), 'c')).toBe(ABC);
  });
});

describe('sha256File', () => {
  it('agrees with the published vectors, for files of one and of several chunks and for none', async () => {
    expect(await sha256File(file(''))).toBe(EMPTY);
    expect(await sha256File(file('abc'))).toBe(ABC);
    expect(await sha256File(file('a'.repeat(1_000_000)))).toBe(MILLION_A);
    expect(await sha256File(file('a'.repeat(3_000_000)))).toBe(THREE_MILLION_A);
  });

  it('hashes a range of bytes', async () => {
    expect(await sha256File(file('xxabcyy'), { start: 2, end: 5 })).toBe(ABC);
    expect(await sha256File(file('xxabcyy'), { start: 2, end: 2 })).toBe(EMPTY);
  });

  it('names a file that is not there', async () => {
    await expect(sha256File(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'ERR_IO',
      message: expect.stringContaining('absent') as string,
    });
  });
});
