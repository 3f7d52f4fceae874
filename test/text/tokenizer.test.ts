/** Ids against Transformers' BertTokenizerFast (test/fixtures/text/make_text.py). */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Tokenizer } from '../../src/text/tokenizer.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/text/', import.meta.url));
const { texts, ids } = JSON.parse(readFileSync(join(FIXTURES, 'tokens.json'), 'utf8')) as {
  texts: string[];
  ids: Record<string, number[][]>;
};

async function encode(folder: string): Promise<number[][]> {
  const tokenizer = await Tokenizer.fromFolder(join(FIXTURES, folder));
  return (await tokenizer.encode(texts)).map((encoded) => [...encoded]);
}

describe('Tokenizer.encode', () => {
  it.each([
    ['vocab.txt alone', 'uncased', 'uncased'],
    ['do_lower_case false', 'cased', 'cased'],
    ['accents stripped, Chinese characters left together, [CLS] as an object', 'accents', 'accents'],
    ['tokenizer.json, without its truncation to 8 and padding to 16', 'json', 'uncased'],
    ['tokenizer.json with a normaliser overridden by tokenizer_config.json', 'overridden', 'cased'],
  ])('agrees with Transformers on 400 strings: %s', async (_, folder, expected) => {
    expect(texts.length).toBe(400);
    expect(await encode(folder)).toEqual(ids[expected]);
  });

  it('the three settings really differ on these strings', () => {
    const distinct = new Set(['uncased', 'cased', 'accents'].map((name) => JSON.stringify(ids[name])));
    expect(distinct.size).toBe(3);
  });

  it('keeps the order over many batches, and takes no text and half a surrogate pair', async () => {
    const tokenizer = await Tokenizer.fromFolder(join(FIXTURES, 'uncased'));
    const digits = Array.from({ length: 5000 }, (_, i) => String(i % 10));
    const single = await tokenizer.encode(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect((await tokenizer.encode(digits)).map((encoded) => encoded[0])).toEqual(digits.map((digit) => single[Number(digit)]?.[0]));
    expect(await tokenizer.encode([])).toEqual([]);
    expect((await tokenizer.encode(['good \ud83d film'])).length).toBe(1);
  });
});

describe('Tokenizer.fromFolder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
    cpSync(join(FIXTURES, 'uncased'), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('knows the vocabulary and its special tokens', async () => {
    const { vocabSize, padId, clsId, sepId } = await Tokenizer.fromFolder(folder);
    const lines = readFileSync(join(folder, 'vocab.txt'), 'utf8').trimEnd().split('\n');
    expect({ vocabSize, padId, clsId, sepId }).toEqual({ vocabSize: lines.length, padId: 0, clsId: 2, sepId: 3 });
  });

  it('has a hash that follows the content and not the place', async () => {
    const { hash } = await Tokenizer.fromFolder(folder);
    expect((await Tokenizer.fromFolder(join(FIXTURES, 'uncased'))).hash).toBe(hash);
    expect((await Tokenizer.fromFolder(join(FIXTURES, 'cased'))).hash).not.toBe(hash);
    writeFileSync(join(folder, 'vocab.txt'), readFileSync(join(folder, 'vocab.txt'), 'utf8').replace('\nfilm\n', '\nfilms\n'));
    expect((await Tokenizer.fromFolder(folder)).hash).not.toBe(hash);
  });

  it('reads a vocabulary with Windows line ends as the same', async () => {
    const { hash } = await Tokenizer.fromFolder(folder);
    writeFileSync(join(folder, 'vocab.txt'), readFileSync(join(folder, 'vocab.txt'), 'utf8').replaceAll('\n', '\r\n'));
    expect((await Tokenizer.fromFolder(folder)).hash).toBe(hash);
  });

  async function fault(): Promise<string> {
    const error: unknown = await Tokenizer.fromFolder(folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_TOKENIZER' });
    return (error as Error).message;
  }

  it('says what it looked for', async () => {
    rmSync(join(folder, 'vocab.txt'));
    expect(await fault()).toMatch(/neither tokenizer\.json nor vocab\.txt/);
  });

  it('names a missing special token', async () => {
    writeFileSync(join(folder, 'vocab.txt'), '[PAD]\n[UNK]\n[CLS]\na\n');
    expect(await fault()).toContain("'[SEP]'");
  });

  it.each([
    ['tokenizer.json', '{ "model":'],
    ['tokenizer.json', '{}'],
    ['tokenizer.json', '{ "model": { "type": "Nothing" } }'],
    ['tokenizer_config.json', '{ "do_lower_case": "yes" }'],
  ])('names a malformed %s', async (file, content) => {
    writeFileSync(join(folder, file), content);
    expect(await fault()).toContain(join(folder, file));
  });
});
