/** How many cores this process may keep busy. Node and OpenMP know of the CPUs that it may run on, but not of a container's quota of time. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ifThereSync, MISSING_OR_BELOW_FILE } from './if-there.js';

/** The CPUs that it may run on, or as many as its quota of time comes to, rounded up, where those are fewer. */
export function usableCores(): number {
  return Math.min(availableParallelism(), coreQuota() ?? Infinity);
}

/**
 * Cores that the quota of the process's cgroup comes to, or of one around it; null where there is none, as outside of Linux. In version 2
 * `cpu.max` holds quota and period in microseconds, in version 1 two files do (kernel documentation, "Control Group v2" and "CFS Bandwidth
 * Control").
 * @param root stands for `/`
 */
export function coreQuota(root = '/'): number | null {
  const quotas = (readIfThere(join(root, 'proc/self/cgroup')) ?? '').split('\n').flatMap((line) => {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === '') return foldersOf(path).map((folder) => quotaOf(readIfThere(join(root, 'sys/fs/cgroup', folder, 'cpu.max'))));
    if (!controllers.split(',').includes('cpu')) return [];
    return foldersOf(path).map((folder) => {
      const file = (name: string): string => readIfThere(join(root, 'sys/fs/cgroup', controllers, folder, name))?.trim() ?? '';
      return quotaOf(`${file('cpu.cfs_quota_us')} ${file('cpu.cfs_period_us')}`);
    });
  });
  const cores = Math.min(...quotas.map((quota) => quota ?? Infinity));
  return Number.isFinite(cores) ? Math.max(1, Math.ceil(cores)) : null;
}

/** `/a/b`, `/a`, `/`. Within a container the path may be that of the host, of which the container sees the last as its root. */
function foldersOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return Array.from({ length: names.length + 1 }, (_, cut) => names.slice(0, names.length - cut).join('/'));
}

/** `200000 100000` are two cores; `max 100000` and a quota of -1 are no limit. */
function quotaOf(text: string | null): number | null {
  const [quota = NaN, period = NaN] = (text ?? '').trim().split(/\s+/).map(Number);
  return quota > 0 && period > 0 ? quota / period : null;
}

/** Null also for what only others may read: nothing that is known limits. */
function readIfThere(path: string): string | null {
  return ifThereSync(path, () => readFileSync(path, 'utf8'), [...MISSING_OR_BELOW_FILE, 'EACCES', 'EPERM']);
}
