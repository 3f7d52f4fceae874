import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/util/make-folder.js';
import { temporaryFolder } from '../train/tiny-model.js';

describe('makeFolder', () => {
  it('makes what is missing, and leaves what is there', async () => {
    const path = join(await temporaryFolder(), 'a', 'b', 'c');
    await makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
    await makeFolder(path);
  });

  it('is made once by several', async () => {
    const path = join(await temporaryFolder(), 'a', 'b', 'c');
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(path)));
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('says where a file is in the way', async () => {
    const file = join(await temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(file, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  // There and then Node's own mkdir with `recursive` never returns.
  it.runIf(process.platform === 'linux')('ends where no folder can be made, and in one that was removed', async () => {
    await expect(makeFolder('/proc/none/of/these')).rejects.toMatchObject({ code: 'ENOENT' });
    const gone = join(await temporaryFolder(), 'gone');
    mkdirSync(gone);
    const program = `
      import { rmdirSync } from 'node:fs';
      import { makeFolderSync } from ${JSON.stringify(resolve('src/util/make-folder.ts'))};
      rmdirSync(process.cwd());
      try { makeFolderSync('a/b'); } catch (error) { console.log(error.code); }`;
    const tsx = import.meta.resolve('tsx');
    const { stdout } = spawnSync(process.execPath, ['--import', tsx, '--input-type=module', '-e', program], { cwd: gone, timeout: 60_000 });
    expect(String(stdout)).toBe('ENOENT\n');
  });
});
