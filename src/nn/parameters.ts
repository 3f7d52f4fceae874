/** Moving a module's parameters in and out as named fp32 tensors, with every mismatch reported at once. */
import { loadAddon } from '../native/load.js';
import type { NativeModule } from '../native/types.js';
import { BornAgainError } from '../util/errors.js';
import type { LazyTensor } from './safetensors.js';
import { shown, type NamedTensor, type TensorSource } from './weights/source.js';

/**
 * Copies the tensors named as the modules' parameters into them. Throws ERR_CHECKPOINT, and changes nothing, when one is missing, has
 * another shape, or `tensors` holds one the modules do not have. `where` names the file for the message.
 */
export function loadParameters(modules: readonly NativeModule[], tensors: ReadonlyMap<string, NamedTensor>, where: string): void {
  requireFit(modules, new Map([...tensors].map(([name, { shape }]) => [name, shape])), where);
  for (const module of modules) {
    for (const name of module.parameterNames()) module.setParameter(name, (tensors.get(name) as NamedTensor).data);
  }
}

/**
 * The same from a file, one tensor in memory at a time. All names and shapes are checked before the first is read.
 * @param fileNames by parameter, the name in the file
 * @param drawn parameters that need no tensor: they were given their values before
 */
export async function loadFromSource(
  module: NativeModule,
  source: TensorSource,
  fileNames: ReadonlyMap<string, string>,
  drawn: ReadonlySet<string>,
): Promise<void> {
  const shapes = new Map([...fileNames].map(([name, file]) => [name, source.shapes.get(file) ?? []]));
  requireFit([module], shapes, source.path, drawn);
  for (const [name, file] of fileNames) module.setParameter(name, (await source.read(file)).data);
}

function requireFit(
  modules: readonly NativeModule[],
  shapes: ReadonlyMap<string, readonly number[]>,
  where: string,
  drawn: ReadonlySet<string> = new Set(),
): void {
  const faults: string[] = [];
  const known = new Set<string>();
  for (const module of modules) {
    for (const name of module.parameterNames()) {
      known.add(name);
      const given = shapes.get(name);
      const needed = parameterShape(module, name);
      if (given === undefined && !drawn.has(name)) faults.push(`'${name}' [${needed.join(', ')}] is missing`);
      else if (given !== undefined && !sameShape(given, needed)) {
        faults.push(`'${name}' is [${shown(given.join(', '))}], the model needs [${needed.join(', ')}]`);
      }
    }
  }
  for (const name of shapes.keys()) if (!known.has(name)) faults.push(`'${shown(name)}' is not part of the model`);
  if (faults.length === 0) return;
  const listed = faults.slice(0, 8).join('; ') + (faults.length > 8 ? `; and ${faults.length - 8} more` : '');
  throw new BornAgainError('ERR_CHECKPOINT', `${where} does not fit the model: ${listed}`, { path: where, faults });
}

/** Copies of all parameters, in canonical order. */
export function readParameters(modules: readonly NativeModule[]): Map<string, NamedTensor> {
  const named = modules.flatMap((module) => module.parameterNames().map((name) => [name, readParameter(module, name)] as const));
  return new Map(named);
}

/** A copy of one parameter. */
export function readParameter(module: NativeModule, name: string): NamedTensor {
  const handle = module.parameter(name);
  try {
    const data = loadAddon().toData(handle);
    return { shape: handle.shape, data: data instanceof Float32Array ? data : Float32Array.from(data as Float64Array) };
  } finally {
    handle.dispose();
  }
}

/** Copies made one at a time, when each is written. `rename` gives the name in the file. */
export function lazyParameters(modules: readonly NativeModule[], rename = (name: string): string => name): LazyTensor[] {
  return modules.flatMap((module) =>
    module.parameterNames().map((name) => ({
      name: rename(name),
      shape: parameterShape(module, name),
      data: () => readParameter(module, name).data,
    })),
  );
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
