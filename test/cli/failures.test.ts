/** What goes wrong in an experiment, as its user sees it: a sentence on stderr and an exit code; what could be done is done. */
import { spawnSync } from 'node:child_process';
import { chmod, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { runCli, type CliResult } from './run-cli.js';

let dataDir: string;
let modelDir: string;
beforeAll(async () => {
  dataDir = await smallData(['RTE', 'STS-B'], 25);
  modelDir = await tinyModel(dataDir);
});

const SMALL = ['tasks=["rte","stsb"]', 'seeds=[1]', 'single.epochs=1', 'multi.epochs=1', 'data.maxLength=48', 'runtime.threads=1'];

function run(out: string, set: readonly string[], ...more: string[]): Promise<CliResult> {
  return runCli(['run', '--data', dataDir, '--model', modelDir, '--out', out, '--set', ...SMALL, ...set, ...more]);
}

describe('an experiment that cannot be', () => {
  it.each([
    ['an unknown arm', ['arms=["single-mulit"]'], "unknown arm 'single-mulit'; did you mean 'single-multi'?"],
    ['too few tasks', ['arms=["multi"]', 'tasks=["rte"]'], 'arm multi trains one model on several tasks, and there is one: rte'],
    [
      'too few seeds',
      ['arms=["single-multi"]', 'distillation.teachers.count=2'],
      '2 teachers per task need as many seeds, and there are 1',
    ],
  ])('(%s) ends with 2 before anything is written', async (_, set, message) => {
    const out = join(await temporaryFolder(), 'out');
    const { code, stderr, stdout } = await run(out, set);
    expect(stderr).toContain(`error: `);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, '']);
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });

  it.each([
    [
      'a cycle of teachers',
      { a: { arm: 'multi', teachers: 'b' }, b: { arm: 'multi', teachers: 'a' } },
      'a cycle of teachers: a is taught by b',
    ],
    [
      'teachers of another task set',
      { a: { arm: 'multi', teachers: 'b' }, b: { arm: 'single', set: ['tasks=["rte"]'] } },
      'arm a learns stsb from the models of b, which have no head for it: they are trained on rte',
    ],
  ])('(%s) ends with 2', async (_, variants, message) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'config.json');
    await writeFile(file, JSON.stringify({ variants, arms: ['a'] }));
    const { code, stderr } = await run(join(folder, 'out'), [], '--config', file);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe('a run that fails', () => {
  it('is reported, the rest goes on, and the exit code is 1', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'config.json');
    const variants = { wild: { arm: 'multi', set: ['multi.learningRate=1e30'] }, taught: { arm: 'multi', teachers: 'wild' } };
    await writeFile(file, JSON.stringify({ variants, arms: ['wild', 'taught', 'single'] }));
    const { code, stderr, stdout } = await run(join(folder, 'out'), ['multi.batchSize=8'], '--config', file);
    expect(stderr).toContain('wild/all/seed-1: failed: ');
    expect(stderr).toContain('taught/all/seed-1: not trained, because it needs wild/all/seed-1, which failed');
    expect(stderr).toContain('error: 1 of the runs failed, and 1 that need it were not trained');
    expect(stdout).toContain('│ single');
    expect(code).toBe(1);
    const results = JSON.parse(await readFile(join(folder, 'out/results.json'), 'utf8')) as object;
    expect(results).toMatchObject({ runs: [{ arm: 'single' }], failures: [{ code: 'ERR_NON_FINITE_LOSS' }, { after: 'wild/all/seed-1' }] });
    const again = await run(join(folder, 'out'), ['multi.batchSize=8', 'arms=["wild"]'], '--config', file, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ runs: [], failures: [{ runId: 'wild/all/seed-1' }] });
    expect(again.stderr).toContain('error: 1 of the runs failed');
    expect(again.code).toBe(1);
  });
});

describe('a report that cannot be written', () => {
  it('is told after the results, with the command that makes it again, and the exit code is 1', async () => {
    const out = join(await temporaryFolder(), 'out');
    const first = await run(out, ['arms=["single"]']);
    expect(first.code, first.stderr).toBe(0);
    const [results, report] = [join(out, 'results.json'), join(out, 'report')];
    await rm(report, { recursive: true });
    await writeFile(report, '');
    const again = await run(out, ['arms=["single"]']);
    expect(`${again.stdout}Report: ${join(report, 'index.html')}\n`).toBe(first.stdout);
    const [told] = /^error: the models are finished[^]*/m.exec(again.stderr) ?? [];
    expect(told).toContain(`their scores are in ${results}, but the report could not be written: cannot write ${report}`);
    expect(told).toContain(`'bornagain report ${out}' makes it again`);
    expect(again.code).toBe(1);
    const json = await run(out, ['arms=["single"]'], '--json');
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(await readFile(results, 'utf8')));
    expect(json.code).toBe(1);
  });

  it('is told beside a run that failed', async () => {
    const out = join(await temporaryFolder(), 'out');
    const wild = ['arms=["multi"]', 'multi.learningRate=1e30', 'multi.batchSize=8'];
    await run(out, wild);
    await rm(join(out, 'report'), { recursive: true });
    await writeFile(join(out, 'report'), '');
    const { code, stderr } = await run(out, wild);
    expect(stderr).toMatch(/^error: 1 of the runs failed[^]*\nThe report could not be written either: cannot write /m);
    expect(code).toBe(1);
  });
});

/** For root no folder is read-only by its rights alone; a file system is. */
async function readOnlyFolder(): Promise<{ folder: string; release: () => void } | null> {
  const folder = await temporaryFolder();
  if (process.getuid?.() !== 0) {
    await chmod(folder, 0o555);
    return { folder, release: () => undefined };
  }
  const mounted = process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', folder]).status === 0;
  return mounted ? { folder, release: () => spawnSync('umount', [folder]) } : null;
}

describe('a read-only output folder', () => {
  it('is told with the place and how to mend it, and ends with 1', async (context) => {
    const place = await readOnlyFolder();
    if (place === null) return context.skip('needs the right to mount a tmpfs');
    try {
      for (const out of [place.folder, join(place.folder, 'below')]) {
        const { code, stderr } = await run(out, ['arms=["single"]']);
        expect(stderr).toMatch(
          /^error: cannot write .*(The file system is read-only: choose another folder|Permission denied: check who owns)/m,
        );
        expect(stderr).toContain(place.folder);
        expect(code).toBe(1);
      }
    } finally {
      place.release();
    }
  });
});
