/** Quotas in folders laid out as the kernel lays them out: "Control Group v2" (cpu.max) and "CFS Bandwidth Control" (version 1). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { coreQuota, usableCores } from '../../src/util/cores.js';
import { temporaryFolder } from '../train/tiny-model.js';

async function rootWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const V1 = '5:memory:/\n4:cpu,cpuacct:/jobs/7\n1:name=systemd:/\n0::/\n';
const v1 = (quota: number) => ({
  'proc/self/cgroup': V1,
  'sys/fs/cgroup/cpu,cpuacct/jobs/7/cpu.cfs_quota_us': `${quota}\n`,
  'sys/fs/cgroup/cpu,cpuacct/jobs/7/cpu.cfs_period_us': '100000\n',
});

it.each([
  ['two cores of version 2', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '200000 100000\n' }, 2],
  ['half a core', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '50000 100000\n' }, 1],
  ['a part of a core rounded up', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '250000 100000\n' }, 3],
  ['no limit of version 2', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': 'max 100000\n' }, null],
  [
    'the least of a group and those around it',
    {
      'proc/self/cgroup': '0::/pods/pod-1/main\n',
      'sys/fs/cgroup/pods/pod-1/main/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/pods/pod-1/cpu.max': '400000 100000\n',
      'sys/fs/cgroup/pods/cpu.max': '1600000 100000\n',
    },
    4,
  ],
  [
    'a container that sees its own group as the root',
    { 'proc/self/cgroup': '0::/docker/1f2e\n', 'sys/fs/cgroup/cpu.max': '300000 100000' },
    3,
  ],
  ['version 1', v1(600_000), 6],
  ['no limit of version 1', v1(-1), null],
  ['no cgroups', {}, null],
])('%s', async (_, files, cores) => {
  expect(coreQuota(await rootWith(files as Readonly<Record<string, string>>))).toBe(cores);
});

it('are never more than the CPUs', () => {
  expect(usableCores()).toBeGreaterThanOrEqual(1);
  expect(usableCores()).toBeLessThanOrEqual(availableParallelism());
});
