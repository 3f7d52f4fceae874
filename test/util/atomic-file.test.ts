import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic, writeStreamAtomic } from '../../src/util/atomic-file.js';
import { ioError } from '../../src/util/io-error.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  it('writes text and bytes, replaces the old file, makes the folder and leaves nothing else', async () => {
    const path = join(folder, 'deep', 'er', 'file.json');
    await writeFileAtomic(path, 'first – ü');
    expect(readFileSync(path, 'utf8')).toBe('first – ü');
    await writeFileAtomic(path, new Uint8Array([1, 2, 3]));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['file.json']);
  });

  it('writes an empty file', async () => {
    await writeFileAtomic(join(folder, 'empty'), '');
    expect(readFileSync(join(folder, 'empty')).length).toBe(0);
  });

  it('says which file and why when the folder cannot be made', async () => {
    writeFileSync(join(folder, 'plain'), '');
    const path = join(folder, 'plain', 'file');
    await expect(writeFileAtomic(path, 'x')).rejects.toMatchObject({ code: 'ERR_IO', message: expect.stringContaining(path) as string });
  });

  it('leaves no temporary file when the name is taken by a folder', async () => {
    mkdirSync(join(folder, 'taken'));
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toMatchObject({ code: 'ERR_IO' });
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('writeStreamAtomic', () => {
  it('joins the chunks and hands back the result', async () => {
    const path = join(folder, 'stream');
    const result = await writeStreamAtomic(path, async (write) => {
      for (const part of ['a', 'bc', '']) await write(Buffer.from(part));
      return 7;
    });
    expect(result).toBe(7);
    expect(readFileSync(path, 'utf8')).toBe('abc');
  });

  it('keeps the old file and removes the temporary one when the producer fails half-way', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    const failing = writeStreamAtomic(path, async (write) => {
      await write(Buffer.from('half of the new'));
      expect(readFileSync(path, 'utf8')).toBe('old');
      throw new Error('the producer failed');
    });
    await expect(failing).rejects.toThrow('the producer failed');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

const SMALL_DISK_KIB = 64;
/** A file system of its own, when this user may mount one; the message alone is tested everywhere. */
function mountSmallDisk(at: string, access: 'rw' | 'ro' = 'rw'): boolean {
  const options = `size=${SMALL_DISK_KIB}k,${access}`;
  return process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at]).status === 0;
}

describe('a folder that cannot be made', () => {
  it('is told to lie on a read-only disk', async (context) => {
    if (!mountSmallDisk(folder, 'ro')) return context.skip('needs the right to mount a tmpfs');
    try {
      const failing = writeFileAtomic(join(folder, 'new', 'file'), 'x');
      await expect(failing).rejects.toMatchObject({
        details: { errno: 'EROFS' },
        message: expect.stringContaining('is read-only') as string,
      });
    } finally {
      spawnSync('umount', [folder]);
    }
  });
});

describe('a full disk', () => {
  it('is named, the old file stays, the temporary one goes', async (context) => {
    if (!mountSmallDisk(folder)) return context.skip('needs the right to mount a tmpfs');
    const path = join(folder, 'file');
    try {
      await writeFileAtomic(path, 'old');
      const failing = writeFileAtomic(path, new Uint8Array(2 * SMALL_DISK_KIB * 1024));
      await expect(failing).rejects.toMatchObject({ code: 'ERR_IO', details: { file: path, errno: 'ENOSPC' } });
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(folder)).toEqual(['file']);
    } finally {
      spawnSync('umount', [folder]);
    }
  });

  it.each([
    ['ENOSPC', 'The disk is full'],
    ['EACCES', 'Permission denied'],
    ['EROFS', 'read-only'],
  ])('turns %s into advice', (code, advice) => {
    const error = ioError('write', '/runs/a/results.json', Object.assign(new Error(`${code}: refused`), { code }));
    expect(error.code).toBe('ERR_IO');
    expect(error.message).toContain('/runs/a/results.json');
    expect(error.message).toContain(advice);
  });

  it('says of a missing file which it may be, and of one to be written that its folder is missing', () => {
    const cause = Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' });
    expect(ioError('read', '/data/a.tsv', cause).message).toBe(
      'cannot read /data/a.tsv: ENOENT: no such file or directory. It does not exist, or a folder on the way to it does not',
    );
    expect(ioError('write', '/data/a.tsv', cause).message).toMatch(/\. A folder on the way does not exist$/);
  });
});
