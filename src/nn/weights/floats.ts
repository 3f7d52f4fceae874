/**
 * Little-endian floating-point bytes as fp32. Half precisions widen without loss, NaN payloads included; float64 rounds to nearest, as
 * PyTorch's `float()` does.
 */
export const FLOAT_BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;
export type FloatDType = keyof typeof FLOAT_BYTES;

export function isFloatDType(dtype: string): dtype is FloatDType {
  return Object.hasOwn(FLOAT_BYTES, dtype);
}

/** The buffer becomes the result's own where it is fp32 already. Its length is a multiple of the element's. */
export function toFloat32(buffer: ArrayBuffer, dtype: FloatDType): Float32Array {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'F16':
      return widen(new Uint16Array(buffer), halfBits);
    case 'BF16':
      return widen(new Uint16Array(buffer), (bits) => bits << 16);
  }
}

function widen(source: Uint16Array, toBits: (bits: number) => number): Float32Array {
  const bits = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i++) bits[i] = toBits(source[i] as number);
  return new Float32Array(bits.buffer);
}

/** The fp32 bits of an IEEE 754 half: 1 sign, 5 exponent (bias 15), 10 fraction; fp32 has bias 127 and 23. */
function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal halves are normal in fp32: shift until the leading one is the implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
