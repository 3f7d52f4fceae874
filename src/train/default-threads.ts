/** On how many threads a session computes where nobody says it. */
import { loadAddon } from '../native/load.js';
import { coreQuota } from '../util/cores.js';

/**
 * A container's quota, or LibTorch's number (one for each core unless OMP_NUM_THREADS or MKL_NUM_THREADS says otherwise) where that is less; 0,
 * which is LibTorch's own, also as somebody has set it for the whole process, where there is no quota.
 */
export function defaultThreads(): number {
  const quota = coreQuota();
  return quota === null ? 0 : Math.min(quota, loadAddon().runtimeInfo().threads);
}
