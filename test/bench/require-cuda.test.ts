import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellPlans } from '../../bench/lib/plans.js';
import { absentOpponents } from '../../bench/lib/require-cuda.js';

describe('opponents of a GPU', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bornagain-peer-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A program in Python's place, which answers as it does to `-c`. */
  async function peer(name: string, answer: string): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\ncat >/dev/null\ncase "$2" in *"import flash_attn"*) ${answer} ;; esac\n`);
    await chmod(file, 0o755);
    return file;
  }

  it('are left out of the plans where their package is not there', async () => {
    const absent = await absentOpponents(await peer('without', `echo "absent: No module named 'flash_attn'"`));
    expect(Object.keys(absent)).toEqual(['flash-bf16-flattened']);
    expect(absent['flash-bf16-flattened']).toContain("No module named 'flash_attn'");
    const [plan] = cellPlans('cuda', 'quick', 'bf16', absent);
    expect(plan?.opponents).toEqual(['eager-bf16-dynamic', 'sdpa-bf16-dynamic', 'compiled-bf16', 'varlen-bf16-loop']);
  });

  it('are all there where Python says nothing', async () => {
    expect(await absentOpponents(await peer('with', 'true'))).toEqual({});
  });
});
