import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveInside } from '../../src/util/inside-folder.js';
import { temporaryFolder } from '../train/tiny-model.js';

let around: string;
let folder: string;

beforeAll(async () => {
  around = await realpath(await temporaryFolder());
  folder = join(around, 'folder');
  await mkdir(join(folder, 'sub'), { recursive: true });
  await writeFile(join(around, 'secret'), 'x');
  await writeFile(join(folder, 'sub', '..file'), 'x');
  await symlink(join(around, 'secret'), join(folder, 'link'));
  await symlink('..', join(folder, 'up'));
  await symlink(join('sub', '..file'), join(folder, 'within'));
  await symlink(folder, join(around, 'alias'));
});

describe('resolveInside', () => {
  it('gives the real path, links within the folder and to it followed', async () => {
    const file = join(folder, 'sub', '..file');
    expect(await resolveInside(folder, join('sub', '..file'))).toBe(file);
    expect(await resolveInside(folder, 'within')).toBe(file);
    expect(await resolveInside(join(around, 'alias'), 'within')).toBe(file);
  });

  it('gives null where nothing is', async () => {
    expect(await resolveInside(folder, 'nothing')).toBeNull();
    expect(await resolveInside(folder, join('sub', '..file', 'below'))).toBeNull();
    expect(await resolveInside(join(around, 'nowhere'), 'file')).toBeNull();
  });

  it.each(['../secret', 'sub/../../secret', '/etc/passwd', 'link', 'up/secret', 'up'])('refuses %s', async (path) => {
    await expect(resolveInside(folder, path)).rejects.toMatchObject({
      code: 'ERR_OUTPUT_FOLDER',
      message: expect.stringContaining('leads out of'),
    });
  });
});
