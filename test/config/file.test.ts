/** Files that are no configuration, and what is told of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfigFile } from '../../src/config/file.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bornagain-config-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

it.each(['le', 'be'])('a file in UTF-16 (%s)', (order) => {
  const bytes = Buffer.from('\uFEFF{ "seeds": [1] }', 'utf16le');
  const file = fileOf('utf16.json', order === 'le' ? bytes : bytes.swap16());
  const message = `${file}: the file looks like UTF-16; convert it to UTF-8`;
  expect(() => readConfigFile(file)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', message }) as Error);
});

it('a YAML file, unless it is JSON as well', () => {
  const file = fileOf('config.yaml', 'seeds: [1]\n');
  expect(() => readConfigFile(file)).toThrow(/: this is no JSON: .*\. A configuration is read as JSON only, not as YAML$/);
  expect(readConfigFile(fileOf('config.yml', '{ "seeds": [1] }'))).toEqual({ seeds: [1] });
});
