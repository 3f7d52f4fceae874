/** A tensor in a line of text: what console.log, template strings and JSON show of it. */
import { loadAddon } from '../native/load.js';
import type { NativeTensor, TypedArray } from '../native/types.js';
import { elementCount } from '../util/shape.js';

/** Values of larger tensors are not read: it would copy them all. */
const MOST_READ = 1000;
const MOST_SHOWN = 24;

/**
 * `Tensor(float32 [2, 2] on cpu, requiresGrad): [[1, 2], [3, 4]]`. Values are those of small tensors on the CPU, the first 24, fractions to six
 * digits. Never throws.
 */
export function describeTensor(native: NativeTensor): string {
  try {
    return native.disposed ? 'Tensor(disposed)' : describeLive(native);
  } catch (error) {
    // While a session works on a module, nothing is told of its parameters, not even their shape. The refusal is then what there is to say.
    return `Tensor(${error instanceof Error ? error.message : String(error)})`;
  }
}

function describeLive(native: NativeTensor): string {
  const { dtype, shape, device, requiresGrad } = native;
  const what = `Tensor(${dtype} [${shape.join(', ')}] on ${device}${requiresGrad ? ', requiresGrad' : ''})`;
  const size = elementCount(shape);
  // Reading from a GPU would wait for all it has to do.
  if (device !== 'cpu' || size === 0 || size > MOST_READ) return what;
  const text = dtype === 'bool' ? (value: number | bigint) => String(value !== 0) : digits;
  return `${what}: ${nested(firstOf(loadAddon().toData(native)).map(text), shape)}`;
}

function firstOf(data: TypedArray): (number | bigint)[] {
  return Array.from<number | bigint>(data.subarray(0, MOST_SHOWN));
}

/** The values from `start` on, nested by shape; an ellipsis where they end early. */
function nested(values: readonly string[], [size, ...inner]: readonly number[], start = 0): string {
  if (size === undefined) return values[start] ?? '…';
  const stride = elementCount(inner);
  const shown = Math.min(size, Math.ceil((values.length - start) / stride));
  const parts = Array.from({ length: shown }, (_, index) => nested(values, inner, start + index * stride));
  return `[${[...parts, ...(shown < size ? ['…'] : [])].join(', ')}]`;
}

function digits(value: number | bigint): string {
  return String(typeof value === 'bigint' || Number.isInteger(value) ? value : Number(value.toPrecision(6)));
}
