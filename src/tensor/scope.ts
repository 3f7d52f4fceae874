/**
 * Deterministic freeing: tensors made inside scope(fn) are disposed when fn is done, except those it returns. Scopes are synchronous by
 * nature, because everything made between opening and closing belongs to the scope; so an async function is refused, not half-served.
 */
import { types } from 'node:util';
import { BornAgainError } from '../util/errors.js';
import { TensorHandle } from './handle.js';

// Innermost last. Each thread evaluates this module for itself, so workers do not share it.
const open: Set<TensorHandle>[] = [];

/** Hands a new tensor to the innermost scope; without one it is its maker's. */
export function track(tensor: TensorHandle): void {
  open.at(-1)?.add(tensor);
}

/**
 * Runs `fn` and disposes every tensor made inside, except those in what it returns: a tensor, or tensors anywhere inside arrays, plain
 * objects, Maps and Sets. Those then belong to the enclosing scope, if there is one. When `fn` throws, all are disposed.
 * @throws BornAgainError ERR_INVALID_ARGUMENT when `fn` is async or returns a promise
 */
export function scope<T>(fn: () => T): T {
  refuseAsync('scope', fn);
  const made = new Set<TensorHandle>();
  open.push(made);
  let kept = new Set<TensorHandle>();
  try {
    const result = fn();
    refusePromise('scope', result);
    kept = tensorsIn(result);
    return result;
  } finally {
    open.pop();
    for (const tensor of made) {
      if (kept.has(tensor)) track(tensor);
      else tensor.dispose();
    }
  }
}

/** Before anything runs, for functions declared async. */
export function refuseAsync(name: string, fn: unknown): void {
  if (types.isAsyncFunction(fn)) throw asyncError(name);
}

/** For functions that return a promise without being declared async. */
export function refusePromise(name: string, result: unknown): void {
  if (typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function') throw asyncError(name);
}

function asyncError(name: string): BornAgainError {
  return new BornAgainError(
    'ERR_INVALID_ARGUMENT',
    `${name}() takes a synchronous function: what runs after an await would run outside of it. Await first, then call ${name}() on what came`,
  );
}

function tensorsIn(result: unknown): Set<TensorHandle> {
  const found = new Set<TensorHandle>();
  const seen = new Set<object>();
  const pending: unknown[] = [result];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof TensorHandle) found.add(value);
    else pending.push(...contentsOf(value));
  }
  return found;
}

function contentsOf(value: object): unknown[] {
  if (Array.isArray(value) || value instanceof Set) return [...(value as Iterable<unknown>)];
  if (value instanceof Map) return [...value.keys(), ...value.values()] as unknown[];
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.values(value) : [];
}
