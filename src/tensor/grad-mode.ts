/** Switching autograd off for a stretch of code. Grad mode belongs to the thread and is restored however the stretch ends. */
import { loadAddon } from '../native/load.js';
import { refuseAsync, refusePromise } from './scope.js';

/**
 * Runs `fn` without recording operations for backward: for evaluation, and for changing parameters in place.
 * @throws BornAgainError ERR_INVALID_ARGUMENT when `fn` is async or returns a promise
 */
export function noGrad<T>(fn: () => T): T {
  refuseAsync('noGrad', fn);
  const addon = loadAddon();
  const before = addon.setGradEnabled(false);
  try {
    const result = fn();
    refusePromise('noGrad', result);
    return result;
  } finally {
    addon.setGradEnabled(before);
  }
}
