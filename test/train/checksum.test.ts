/** A state's checksum: the same as of everything at once, while the event loop turns. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { checksum, PIECE_BYTES } from '../../src/train/checksum.js';

it('is that of all values and notes end to end, and lets the event loop turn after every piece', async () => {
  const large = Float32Array.from({ length: (2.5 * PIECE_BYTES) / 4 }, (_, i) => i % 251);
  const small = new Float32Array(Float32Array.of(7, 1, 2, 3).buffer, 4);
  const tensors = new Map([
    ['large', { shape: [large.length], data: large }],
    ['small', { shape: [3], data: small }],
  ]);
  let [turns, done] = [0, false];
  const count = (): void => {
    turns += 1;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  const sum = await checksum(tensors, { training: 'one' });
  done = true;
  expect(turns).toBeGreaterThanOrEqual(4);
  const whole = createHash('sha256')
    .update(Buffer.from(large.buffer))
    .update(Buffer.from(Float32Array.of(1, 2, 3).buffer));
  expect(sum).toBe(whole.update('["training","one"]').digest('hex'));
});
