/** Counts of what is alive on the native side. A number that grows from step to step is a leak: look for tensors made outside a scope. */
import { loadAddon } from '../native/load.js';
import type { NativeMemory } from '../native/types.js';

/**
 * Live handles and native bytes of this thread. Bytes are those of the distinct storages behind live handles, the same that V8 is told of;
 * what autograd keeps for backward without a handle is not among them.
 */
export function memory(): NativeMemory {
  return loadAddon().memory();
}
