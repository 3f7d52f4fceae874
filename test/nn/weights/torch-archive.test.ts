/** Files of torch.save: what is no dictionary of tensors is refused by name and never run, and nothing cut or corrupt passes. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { BornAgainError } from '../../../src/util/errors.js';
import { TorchArchive } from '../../../src/nn/weights/torch-archive.js';

const FILES = fileURLToPath(new URL('../../fixtures/model-import/files/', import.meta.url));
const WHOLE = fileURLToPath(new URL('../../fixtures/model-import/bin-classifier/pytorch_model.bin', import.meta.url));

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bornagain-torch-'));
});
afterEach(() => rm(dir, { recursive: true }));

interface Parts {
  readonly pickle?: Buffer;
  readonly storage?: Buffer;
  readonly options?: { readonly compress?: boolean; readonly forceZip64Format?: boolean };
  readonly byteorder?: string;
  readonly again?: string;
}

const short = (text: string): Buffer =>
  Buffer.concat([Buffer.from('X'), Buffer.from(Uint32Array.of(text.length).buffer), Buffer.from(text)]);

/** Protocol 2: `{'a': _rebuild_tensor_v2(storage of 6 floats, offset, shape, strides, False, None)}`. */
function pickleOf({ elements = 6, offset = 0, shape = [2, 3], strides = [3, 1], key = '0' } = {}): Buffer {
  const numbers = (list: number[]): Buffer =>
    Buffer.concat([
      Buffer.from('('),
      ...list.map((n) => Buffer.concat([Buffer.from('J'), Buffer.from(Int32Array.of(n).buffer)])),
      Buffer.from('t'),
    ]);
  return Buffer.concat([
    Buffer.from('\x80\x02}', 'latin1'),
    ...[short('a'), Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n(('), short('storage'), Buffer.from('ctorch\nFloatStorage\n')],
    ...[short(key), short('cpu'), Buffer.from('J'), Buffer.from(Int32Array.of(elements).buffer), Buffer.from('tQ')],
    ...[Buffer.from('J'), Buffer.from(Int32Array.of(offset).buffer), numbers(shape), numbers(strides), Buffer.from('\x89NtRs.', 'latin1')],
  ]);
}

async function archive({ pickle = pickleOf(), storage, options = {}, byteorder, again }: Parts = {}): Promise<string> {
  const zip = new ZipFile();
  const settings = { compress: false, ...options };
  zip.addBuffer(pickle, 'model/data.pkl', settings);
  if (byteorder !== undefined) zip.addBuffer(Buffer.from(byteorder), 'model/byteorder', settings);
  zip.addBuffer(storage ?? Buffer.from(Float32Array.of(0, 1, 2, 3, 4, 5).buffer), 'model/data/0', settings);
  if (again !== undefined) zip.addBuffer(pickle, again, settings);
  zip.end({ comment: '', forceZip64Format: options.forceZip64Format === true });
  const path = join(dir, 'made.bin');
  await writeFile(path, await buffer(zip.outputStream));
  return path;
}

async function read(path: string, name = 'a'): Promise<number[]> {
  const file = await TorchArchive.open(path);
  try {
    return [...(await file.read(name)).data];
  } finally {
    await file.close();
  }
}

const refused = (path: string, message: string | RegExp) =>
  expect(read(path)).rejects.toMatchObject({
    name: 'BornAgainError',
    code: 'ERR_PYTORCH_FILE',
    message: typeof message === 'string' ? (expect.stringContaining(message) as string) : (expect.stringMatching(message) as string),
  });

describe('a file of torch.save', () => {
  it('that runs a command is refused with its name, and the command is not run', async () => {
    await refused(join(FILES, 'command.bin'), /asks for '(posix|nt|os)\.system', which is not needed to read weights and was not run/);
    expect(existsSync('pwned')).toBe(false);
  });

  it.each([
    ['module.bin', "asks for 'torch.nn.modules.linear.Linear'"],
    ['sparse.bin', "asks for 'torch._utils._rebuild_sparse_tensor'"],
    ['quantized.bin', /asks for 'torch\..*q/i],
    ['training.bin', "'state_dict' is a dictionary, not a tensor. Save the weights alone: torch.save(model.state_dict()"],
    ['number.bin', "'b' is a number, not a tensor"],
    ['list.bin', 'it holds a list, not a dictionary of tensors'],
    ['old-protocol-4.bin', /format from before version 1\.6/],
    ['old-format.bin', /format from before version 1\.6.*torch\.save\(torch\.load\(/],
  ])('that is %s is refused with what to do', async (file, message) => {
    await refused(join(FILES, file), message);
  });

  it('may hold integers, which are named when they are read as weights', async () => {
    const path = join(FILES, 'integers.bin');
    expect(await read(path, 'b')).toEqual([0, 1, 2, 3, 4, 5]);
    await expect(read(path, 'a')).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining("'a' is I64") as string,
    });
    await expect(read(path, 'c')).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining("'c' is BOOL") as string,
    });
    await expect(read(path, 'd')).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining("no tensor 'd'") as string,
    });
  });

  it('is read in zip64 form', async () => {
    const path = await archive({ options: { forceZip64Format: true } });
    expect((await readFile(path)).includes(Buffer.from('PK\x06\x06'))).toBe(true);
    expect(await read(path)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is read by strides', async () => {
    expect(await read(await archive({ pickle: pickleOf({ shape: [3, 2], strides: [1, 3] }) }))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(await read(await archive({ pickle: pickleOf({ shape: [2, 2], strides: [2, 1], offset: 1 }) }))).toEqual([1, 2, 3, 4]);
    expect(await read(await archive({ pickle: pickleOf({ shape: [2, 1, 2], strides: [0, 9, 4] }) }))).toEqual([0, 4, 0, 4]);
    expect(await read(await archive({ pickle: pickleOf({ shape: [0, 3], strides: [3, 1] }) }))).toEqual([]);
    expect(await read(await archive({ pickle: pickleOf({ shape: [], strides: [], offset: 5 }) }))).toEqual([5]);
  });

  it.each<[string, Parts, string]>([
    ['a storage shorter than its tensor', { storage: Buffer.alloc(20) }, "'a' needs 6 elements of storage '0', which has 5"],
    ['a tensor beyond its storage', { pickle: pickleOf({ offset: 1 }) }, "'a' needs 7 elements of storage '0', which has 6"],
    ['a storage said to be shorter', { pickle: pickleOf({ elements: 5 }) }, "needs 6 elements of storage '0', which has 5"],
    ['a missing storage', { pickle: pickleOf({ key: '1' }) }, "the storage '1' of 'a' is not in it"],
    ['a negative stride', { pickle: pickleOf({ strides: [-3, 1] }) }, 'storage, shape and strides'],
    [
      'an element repeated without end',
      { pickle: pickleOf({ shape: [2 ** 30, 2], strides: [0, 1] }) },
      'more elements than the file has bytes',
    ],
    ['strides for another shape', { pickle: pickleOf({ strides: [1] }) }, 'storage, shape and strides'],
    ['compressed entries', { options: { compress: true } }, 'compressed'],
    ['another byte order', { byteorder: 'big' }, "byte order 'big'"],
    ['two pickles', { again: 'other/data.pkl' }, "2 entries 'data.pkl'"],
    ['an entry twice', { again: 'model/data.pkl' }, "'model/data.pkl' twice"],
    ['a pickle that is empty', { pickle: Buffer.alloc(0) }, 'it ends early'],
    ['a pickle that ends early', { pickle: pickleOf().subarray(0, 90) }, 'ends early'],
    ['an unknown instruction', { pickle: Buffer.from('\x80\x02i.', 'latin1') }, 'instruction 0x69'],
    ['a result that was never made', { pickle: Buffer.from('\x80\x02.', 'latin1') }, 'takes a value where there is none'],
    ['a value that was never kept', { pickle: Buffer.from('\x80\x02h\x07.', 'latin1') }, 'recalls value 7'],
    ['a list that was never begun', { pickle: Buffer.from('\x80\x02t.', 'latin1') }, 'a list that it never began'],
    ['a call of a number', { pickle: Buffer.from('\x80\x02K\x01)R.', 'latin1') }, 'calls something that is no function'],
    [
      'a storage type called',
      { pickle: Buffer.from('\x80\x02ctorch\nFloatStorage\n)R.', 'latin1') },
      'calls something that is no function',
    ],
    ['a name of JavaScript', { pickle: Buffer.from('\x80\x02ctorch\nconstructor\n)R.', 'latin1') }, "asks for 'torch.constructor'"],
    ['a name without a module', { pickle: Buffer.from('\x80\x02c\n__proto__\n)R.', 'latin1') }, "asks for '.__proto__'"],
    ['an item of a number', { pickle: Buffer.from('\x80\x02K\x01K\x02K\x03s.', 'latin1') }, 'no dictionary'],
    ['a huge integer', { pickle: Buffer.from('\x80\x02\x8a\x09123456789.', 'latin1') }, 'too large'],
  ])('with %s is refused', async (_, parts, message) => {
    await refused(await archive(parts), message);
  });

  it('reads integers of any sign and length as Python writes them', async () => {
    const negative = Buffer.from('\x80\x02\x8a\x02\x00\x80.', 'latin1');
    await refused(await archive({ pickle: negative }), 'it holds a number, not a dictionary');
  });

  it.each([
    ['no zip', 'weights', 'does not begin as a zip'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', "run 'git lfs pull'"],
    ['empty', '', 'does not begin as a zip'],
    ['a zip without a directory', 'PK\x03\x04 and nothing more', 'zip directory is damaged'],
  ])('that is %s is refused', async (_, content, message) => {
    const path = join(dir, 'file.bin');
    await writeFile(path, content, 'latin1');
    await refused(path, message);
  });

  it('cut or changed anywhere gives its error or numbers, never another failure', async () => {
    const whole = await readFile(WHOLE);
    const path = join(dir, 'cut.bin');
    for (let at = 0; at < whole.length; at += 499) {
      await writeFile(path, whole.subarray(0, at));
      await refused(path, '');
    }
    let failures = 0;
    for (let at = 0; at < whole.length; at += 97) {
      const changed = Buffer.from(whole);
      changed[at] = (whole[at] as number) ^ (1 << (at % 8));
      await writeFile(path, changed);
      const error: unknown = await read(path, 'classifier.bias').then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error !== null) expect(error, `byte ${at}`).toBeInstanceOf(BornAgainError);
      failures += error === null ? 0 : 1;
    }
    expect(failures).toBeGreaterThan(20);
  });
});
