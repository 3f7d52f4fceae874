/** Folders that look like a LibTorch to the search, which reads file names, a version and the first bytes of libc10. Nothing here computes. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

export const ELF_X64 = 62;
export const ELF_ARM64 = 183;

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A new folder, removed after the test file. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'bornagain-test-')));
  folders.push(folder);
  return folder;
}

export function writeFiles(dir: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), content);
  }
}

function elf(machine: number, body: string): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.writeUInt16LE(machine, 18);
  return Buffer.concat([header, Buffer.from(body)]);
}

export interface FakeLibtorch {
  readonly version?: string;
  readonly machine?: number;
  readonly symbols?: string;
  readonly cuda?: boolean;
}

/** Writes a Linux LibTorch into `dir` and returns `dir`. */
export function fakeLibtorch(
  dir: string,
  { version = '2.13.0+cpu', machine = ELF_X64, symbols = '__cxx11', cuda = false }: FakeLibtorch = {},
): string {
  writeFiles(dir, {
    'version.py': `from typing import Optional\n__version__ = '${version}'\n`,
    'include/ATen/ATen.h': '',
    'lib/libc10.so': elf(machine, symbols),
    'lib/libtorch.so': '',
    'lib/libtorch_cpu.so': '',
    ...(cuda ? { 'lib/libtorch_cuda.so': '' } : {}),
  });
  return dir;
}

/** A folder for PATH with nothing but a `python3` that runs this shell script. */
export function fakePython(script: string): string {
  const bin = temporaryFolder();
  writeFiles(bin, { python3: `#!/bin/sh\n${script}\n` });
  chmodSync(path.join(bin, 'python3'), 0o755);
  return bin;
}
