/** Half precisions and float64 as float32: every value of the halves against PyTorch's conversion. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toFloat32 } from '../../../src/nn/weights/floats.js';

const HASHES = JSON.parse(readFileSync('test/fixtures/model-import/halves.json', 'utf8')) as Record<'F16' | 'BF16', string>;

describe('toFloat32', () => {
  it.each(['F16', 'BF16'] as const)('converts all 65,536 values of %s as PyTorch does', (dtype) => {
    const values = toFloat32(Uint16Array.from({ length: 65_536 }, (_, bits) => bits).buffer, dtype);
    expect(values.filter(Number.isNaN)).toHaveLength(dtype === 'F16' ? 2046 : 254);
    const known = values.map((value) => (Number.isNaN(value) ? 0 : value));
    expect(createHash('sha256').update(new Uint8Array(known.buffer)).digest('hex')).toBe(HASHES[dtype]);
  });

  it('rounds float64 to the nearest', () => {
    const source = Float64Array.of(1 + 2 ** -24, 1 + 3 * 2 ** -24, 1e300, -0, 2 ** -149);
    expect([...toFloat32(source.buffer, 'F64')]).toEqual([1, 1 + 2 ** -22, Infinity, -0, 2 ** -149]);
  });
});
