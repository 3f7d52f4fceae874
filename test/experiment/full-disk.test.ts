/** A disk that runs full in the middle of an experiment: a failed run that says so, nothing lost, and the same call goes on once there is space. */
import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { smallData, temporaryFolder, tinyModel } from '../train/tiny-model.js';
import { experiment, snapshot, started, weights } from './experiment-rig.js';

const DISK_KIB = 2048;
/** Less than a checkpoint of the tiny model, more than its small files. */
const LEFT_KIB = 44;

/** A file system of its own, when this user may mount one. */
function mountSmallDisk(at: string): boolean {
  return process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_KIB}k`, 'tmpfs', at]).status === 0;
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

describe('a full disk', () => {
  it('fails the run with ERR_IO; what is finished stays, and with space it goes on', async (context) => {
    const dataDir = await smallData(['RTE', 'STS-B', 'MNLI'], 25);
    const place = { dataDir, modelDir: await tinyModel(dataDir) };
    const outDir = await temporaryFolder();
    if (!mountSmallDisk(outDir)) return context.skip('needs the right to mount a tmpfs');
    try {
      const first = await experiment({ ...place, outDir, config: { arms: ['single'] } });
      const finished = await snapshot(outDir, (path) => path.startsWith('runs'));
      const filler = join(outDir, 'filler');
      await writeFile(filler, new Uint8Array(freeBytes(outDir) - LEFT_KIB * 1024));
      const { failures } = (await experiment({ ...place, outDir, config: { arms: ['single', 'multi'] } })).results;
      expect(failures).toMatchObject([{ runId: 'multi/all/seed-1', code: 'ERR_IO', message: expect.stringContaining('The disk is full') }]);
      expect(await snapshot(outDir, (path) => path in finished)).toEqual(finished);
      const results = JSON.parse(await readFile(join(outDir, 'results.json'), 'utf8')) as unknown;
      expect(results).toMatchObject({ runs: first.results.runs });
      expect((await readdir(outDir, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      await rm(filler);
      const rest = await experiment({ ...place, outDir, config: { arms: ['single', 'multi'] } });
      expect(started(rest.events)).toEqual(['multi/all/seed-1']);
      const undisturbed = await temporaryFolder();
      await experiment({ ...place, outDir: undisturbed, config: { arms: ['single', 'multi'] } });
      expect(await weights(outDir)).toEqual(await weights(undisturbed));
    } finally {
      spawnSync('umount', [outDir]);
    }
  });
});
