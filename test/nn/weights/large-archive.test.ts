/** A PyTorch file of more than 4 GB, where positions need zip64: sparse, so that it takes no room; only what is asked for is read. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TorchArchive } from '../../../src/nn/weights/torch-archive.js';

const ELEMENTS = 1_100_000_000;
const TAIL = Float32Array.of(1.5, -2, 0.25);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bornagain-large-'));
});
afterEach(() => rm(dir, { recursive: true }));

const u16 = (...values: number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);
const u32 = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
const u64 = (...values: number[]): Buffer => Buffer.from(BigUint64Array.from(values, BigInt).buffer);
const ALL = 0xffffffff;

/** Local header and directory entry of a stored file, sizes and offset in the zip64 field (APPNOTE.TXT, 4.3.7, 4.3.12 and 4.5.3). */
function headers(name: string, size: number, offset: number): { local: Buffer; central: Buffer } {
  const extra = Buffer.concat([u16(1, 24), u64(size, size, offset)]);
  const common = [u16(45, 0, 0, 0, 0), u32(0, ALL, ALL), u16(name.length)];
  const localExtra = Buffer.concat([u16(1, 16), u64(size, size)]);
  return {
    local: Buffer.concat([u32(0x04034b50), ...common, u16(localExtra.length), Buffer.from(name), localExtra]),
    central: Buffer.concat([u32(0x02014b50), u16(45), ...common, u16(extra.length, 0, 0, 0), u32(0, ALL), Buffer.from(name), extra]),
  };
}

const text = (value: string): Buffer => Buffer.concat([Buffer.from('X'), u32(value.length), Buffer.from(value)]);
const integer = (value: number): Buffer => Buffer.concat([Buffer.from('J'), u32(value)]);

/** `name: _rebuild_tensor_v2(storage, offset, (length,), (1,), False, None)`, as items of a dictionary. */
function tensorItem(name: string, key: string, elements: number, offset: number, length: number): Buffer {
  return Buffer.concat([
    ...[
      text(name),
      Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n(('),
      text('storage'),
      Buffer.from('ctorch\nFloatStorage\n'),
      text(key),
    ],
    ...[
      text('cpu'),
      integer(elements),
      Buffer.from('tQ'),
      integer(offset),
      integer(length),
      Buffer.from('\x85K\x01\x85\x89NtRs', 'latin1'),
    ],
  ]);
}

it('reads single tensors of a file of more than 4 GB, before and after that mark', async () => {
  const items = [
    tensorItem('end', '0', ELEMENTS, ELEMENTS - 3, 3),
    tensorItem('after', '1', 3, 0, 3),
    tensorItem('begin', '0', ELEMENTS, 0, 2),
  ];
  const pickle = Buffer.concat([Buffer.from('\x80\x02}', 'latin1'), ...items, Buffer.from('.')]);
  const path = join(dir, 'pytorch_model.bin');
  const file = await open(path, 'w');
  let position = 0;
  const directory: Buffer[] = [];
  const entry = async (name: string, size: number, data: Buffer, at: number): Promise<void> => {
    const { local, central } = headers(name, size, position);
    await file.write(local, 0, local.length, position);
    await file.write(data, 0, data.length, position + local.length + at);
    directory.push(central);
    position += local.length + size;
  };
  const tail = Buffer.from(TAIL.buffer);
  await entry('m/data.pkl', pickle.length, pickle, 0);
  await entry('m/data/0', 4 * ELEMENTS, tail, 4 * ELEMENTS - tail.length);
  await entry('m/data/1', tail.length, tail, 0);
  const central = Buffer.concat(directory);
  const end = position + central.length;
  const record = Buffer.concat([u32(0x06064b50), u64(44), u16(45, 45), u32(0, 0), u64(3, 3, central.length, position)]);
  const locator = Buffer.concat([u32(0x07064b50, 0), u64(end), u32(1)]);
  const last = Buffer.concat([u32(0x06054b50), u16(0, 0, 0xffff, 0xffff), u32(ALL, ALL), u16(0)]);
  const closing = Buffer.concat([central, record, locator, last]);
  await file.write(closing, 0, closing.length, position);
  await file.close();

  const archive = await TorchArchive.open(path);
  expect((await archive.read('end')).data).toEqual(TAIL);
  expect((await archive.read('after')).data).toEqual(TAIL);
  expect((await archive.read('begin')).data).toEqual(Float32Array.of(0, 0));
  await archive.close();
});
