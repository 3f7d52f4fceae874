/** On how many threads a session computes where nobody says it. */
import { loadAddon } from '../native/load.js';
import { coreQuota } from '../util/cores.js';

/** LibTorch's number (one for each core unless OMP_NUM_THREADS or MKL_NUM_THREADS says otherwise), or a container's quota where that is less. */
export function defaultThreads(): number {
  return Math.min(loadAddon().runtimeInfo().threads, coreQuota() ?? Infinity);
}
