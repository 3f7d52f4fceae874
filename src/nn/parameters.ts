/** Moving a module's parameters in and out as named fp32 tensors, with every mismatch reported at once. */
import { loadAddon } from '../native/load.js';
import type { NativeModule } from '../native/types.js';
import { BornAgainError } from '../util/errors.js';
import type { NamedTensor } from './safetensors.js';

/**
 * Copies the tensors named as the module's parameters into it. Throws ERR_CHECKPOINT, and changes nothing, when one is missing, has
 * another shape, or `tensors` holds one the module does not have. `where` names the file for the message.
 */
export function loadParameters(modules: readonly NativeModule[], tensors: ReadonlyMap<string, NamedTensor>, where: string): void {
  const faults: string[] = [];
  const known = new Set<string>();
  for (const module of modules) {
    for (const name of module.parameterNames()) {
      known.add(name);
      const tensor = tensors.get(name);
      const shape = parameterShape(module, name);
      if (!tensor) faults.push(`'${name}' [${shape.join(', ')}] is missing`);
      else if (!sameShape(tensor.shape, shape))
        faults.push(`'${name}' is [${tensor.shape.join(', ')}], the model needs [${shape.join(', ')}]`);
    }
  }
  for (const name of tensors.keys()) if (!known.has(name)) faults.push(`'${name}' is not part of the model`);
  if (faults.length > 0) {
    const shown = faults.slice(0, 8).join('; ') + (faults.length > 8 ? `; and ${faults.length - 8} more` : '');
    throw new BornAgainError('ERR_CHECKPOINT', `${where} does not fit the model: ${shown}`, { path: where, faults });
  }
  for (const module of modules) {
    for (const name of module.parameterNames()) module.setParameter(name, (tensors.get(name) as NamedTensor).data);
  }
}

/** Copies of all parameters, in canonical order. */
export function readParameters(modules: readonly NativeModule[]): Map<string, NamedTensor> {
  const addon = loadAddon();
  const tensors = new Map<string, NamedTensor>();
  for (const module of modules) {
    for (const name of module.parameterNames()) {
      const handle = module.parameter(name);
      try {
        const data = addon.toData(handle);
        tensors.set(name, { shape: handle.shape, data: data instanceof Float32Array ? data : Float32Array.from(data as Float64Array) });
      } finally {
        handle.dispose();
      }
    }
  }
  return tensors;
}

export function parameterShape(module: NativeModule, name: string): number[] {
  const handle = module.parameter(name);
  try {
    return handle.shape;
  } finally {
    handle.dispose();
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
