/** The cache folder: which file is whose, what it says of shards, what killed preparations leave in it, and when it cannot be used. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArrowFile } from '../../src/data/arrow-file.js';
import { SmallGlue } from './small-glue.js';

let glue: SmallGlue;
beforeEach(() => {
  glue = new SmallGlue();
});
afterEach(() => glue.remove());

describe('a cache that cannot be used', () => {
  it('is told as a file operation that failed, where a folder has the name of a file', async () => {
    const failing = readArrowFile(glue.folder, async () => null);
    const message = expect.stringMatching(`cannot read ${glue.folder}: EISDIR`) as string;
    await expect(failing).rejects.toMatchObject({ code: 'ERR_IO', message });
  });
});
