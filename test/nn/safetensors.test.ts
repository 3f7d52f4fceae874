/** Safetensors files: those of the reference library are read, ours are laid out as it asks, and nothing cut or corrupt passes. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSafetensors, writeLazySafetensors, writeSafetensors } from '../../src/nn/safetensors.js';
import { BERT_FIXTURE_MODEL } from './fixture.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bornagain-safetensors-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** A file with the given header and data bytes. */
async function file(header: unknown, dataBytes: number, declaredLength?: number): Promise<string> {
  const text = Buffer.isBuffer(header) ? header : Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
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

  it.each([
    ['one name twice', ['a', 'b', 'a'], "one place for 'a'"],
    ["the metadata's name", ['__metadata__'], "one place for '__metadata__'"],
  ])('does not write tensors of %s', async (_, names, message) => {
    const tensors = names.map((name) => ({ name, shape: [1], data: () => Float32Array.of(1) }));
    await expect(writeLazySafetensors(join(dir, 'twice.safetensors'), tensors)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining(message) as string,
    });
    expect(await readdir(dir)).toEqual([]);
  });

  const tensor = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  it.each([
    ['an empty header length', '', 0, 100, 'claims 100 bytes'],
    ['a header that is no JSON', '{"a"', 0, undefined, 'not JSON'],
    ['a header that is no UTF-8', Buffer.from('{"\xff": 1}', 'latin1'), 0, undefined, 'not JSON'],
    ["a header beyond the format's limit", '{}', 0, 100_000_001, 'claims 100000001 bytes'],
    ['a header length beyond any file', '{}', 0, 2 ** 63, 'claims 9223372036854775808 bytes'],
    ['a size beyond exact numbers', { a: { ...tensor, shape: [2 ** 53] } }, 8, undefined, 'no valid shape'],
    [
      'sizes whose product overflows',
      {
        a: {
          ...tensor,
          shape: Array(40)
            .fill(2 ** 52)
            .concat(0),
        },
      },
      8,
      undefined,
      'needs NaN bytes',
    ],
    ['a place that ends before it begins', { a: { ...tensor, data_offsets: [8, 0] } }, 8, undefined, 'needs 8 bytes, its place has -8'],
    ['an entry that is null', { a: null }, 0, undefined, 'unknown dtype undefined'],
    ['an entry with a name of JavaScript', '{"__proto__": {"dtype": "F32"}}', 0, undefined, "'__proto__' has no valid shape"],
    ['a dtype with a name of JavaScript', { a: { ...tensor, dtype: 'toString' } }, 8, undefined, 'unknown dtype "toString"'],
    ['metadata that is a list', { __metadata__: [] }, 0, undefined, '__metadata__'],
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

  it('names a Git LFS pointer and how to get the file', async () => {
    const path = join(dir, 'file.safetensors');
    await writeFile(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'ERR_SAFETENSORS',
      message: expect.stringContaining("run 'git lfs pull'") as string,
    });
  });

  it('names a folder in the place of a file', async () => {
    await expect(readSafetensors(dir)).rejects.toMatchObject({ code: expect.stringMatching(/ERR_IO|ERR_SAFETENSORS/) as string });
  });

  it('names a file that is not there', async () => {
    await expect(readSafetensors(join(dir, 'none.safetensors'))).rejects.toMatchObject({ code: 'ERR_IO' });
  });
});
