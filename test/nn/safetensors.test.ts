/** Safetensors files: those of the reference library are read, ours are laid out as it asks, and nothing cut or corrupt passes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/nn/safetensors.js';
import { BERT_FIXTURE_MODEL } from './fixture.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bornagain-safetensors-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** A file with the given header and data bytes. */
async function file(header: unknown, dataBytes: number, declaredLength?: number): Promise<string> {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(declaredLength ?? text.length));
  const path = join(dir, 'file.safetensors');
  await writeFile(path, Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
  return path;
}

describe('safetensors', () => {
  it('reads what the reference library wrote, and writes it back to the same tensors', async () => {
    const { tensors } = await readSafetensors(join(BERT_FIXTURE_MODEL, 'model.safetensors'));
    expect(tensors.get('embeddings.word_embeddings.weight')?.shape).toEqual([97, 32]);
    const path = join(dir, 'copy.safetensors');
    await writeSafetensors(path, tensors, { format: 'pt', note: 'a copy' });
    const copy = await readSafetensors(path);
    expect(copy.metadata).toEqual({ format: 'pt', note: 'a copy' });
    expect([...copy.tensors.keys()]).toEqual([...tensors.keys()]);
    for (const [name, tensor] of tensors) expect(copy.tensors.get(name), name).toEqual(tensor);
  });

  it('pads the header so that the data is aligned', async () => {
    const path = join(dir, 'one.safetensors');
    await writeSafetensors(path, new Map([['a', { shape: [], data: Float32Array.of(1.5) }]]));
    const bytes = await readFile(path);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({
      __metadata__: { format: 'pt' },
      a: { dtype: 'F32', shape: [], data_offsets: [0, 4] },
    });
    expect(bytes.readFloatLE(8 + length)).toBe(1.5);
  });

  const tensor = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  it.each([
    ['an empty header length', '', 0, 100, 'claims 100 bytes'],
    ['a header that is no JSON', '{"a"', 0, undefined, 'not JSON'],
    ['a header that is a list', [], 0, undefined, 'not an object'],
    ['data that ends early', { a: tensor }, 7, undefined, 'the file holds 7'],
    ['data that goes on', { a: tensor }, 9, undefined, 'the file holds 9'],
    ['a hole between tensors', { a: tensor, b: { ...tensor, data_offsets: [12, 20] } }, 20, undefined, "'b' starts at byte 12, expected 8"],
    ['tensors that overlap', { a: tensor, b: { ...tensor, data_offsets: [4, 12] } }, 12, undefined, "'b' starts at byte 4, expected 8"],
    ['a place of another size than the shape', { a: { ...tensor, shape: [3] } }, 8, undefined, 'of shape [3] needs 12 bytes'],
    ['a negative size', { a: { ...tensor, shape: [-2] } }, 8, undefined, 'no valid shape'],
    ['an unknown dtype', { a: { ...tensor, dtype: 'F33' } }, 8, undefined, 'unknown dtype "F33"'],
    ['metadata that is no map of strings', { __metadata__: { a: 1 } }, 0, undefined, '__metadata__'],
  ])('refuses %s', async (_, header, dataBytes, declared, message) => {
    const path = await file(header, dataBytes, declared);
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'ERR_SAFETENSORS',
      message: expect.stringContaining(message) as string,
      details: { path },
    });
  });

  it('refuses a file cut at any place', async () => {
    const whole = await readFile(join(BERT_FIXTURE_MODEL, 'model.safetensors'));
    const path = join(dir, 'cut.safetensors');
    for (const length of [0, 7, 8, 500, 5000, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      await expect(readSafetensors(path), `${length} bytes`).rejects.toMatchObject({ code: 'ERR_SAFETENSORS' });
    }
  });

  it('names a tensor that is no floating-point one and how to convert it', async () => {
    const path = await file({ a: { dtype: 'I8', shape: [4], data_offsets: [0, 4] } }, 4);
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringMatching(/'a' is I8.*dequantize\(\)/) as string,
    });
  });

  it('names a file that is not there', async () => {
    await expect(readSafetensors(join(dir, 'none.safetensors'))).rejects.toMatchObject({ code: 'ERR_IO' });
  });
});
