/** Texts put together from known words against the library's own ids of the whole text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { KnownWords } from '../../src/text/known-words.js';
import { readTokenizerFiles } from '../../src/text/tokenizer-files.js';
import { Tokenizer } from '../../src/text/tokenizer.js';
import { createRandom } from '../../src/util/random.js';

const FIXTURES = 'test/fixtures/text';
const random = createRandom(5);
const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)] as T;

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const PIECES = [
  'good',
  'Film',
  'unbelievable',
  'x'.repeat(31),
  'y'.repeat(32),
  'z'.repeat(101),
  '[SEP]',
  '[mask]',
  '1999',
  "don't",
  'é',
  '日',
  ' ',
  '  ',
];

function text(): string {
  const pieces = Array.from({ length: random.integer(14) }, () => (random.integer(3) === 0 ? pick(ASCII) : pick(PIECES)));
  return pieces.join(pick(['', ' ', ' ', '\t']));
}

describe('texts of known words', () => {
  it.each(['uncased', 'cased', 'accents', 'json', 'overridden'])(
    'have the ids that the library gives the whole text: %s',
    async (folder) => {
      const dir = join(FIXTURES, folder);
      const texts = [...ASCII, ...Array.from({ length: 4000 }, text)];
      const library = RustTokenizer.fromString((await readTokenizerFiles(dir)).definition);
      const expected = (await library.encodeBatch(texts, { addSpecialTokens: false })).map((encoding) => encoding.getIds());
      const tokenizer = await Tokenizer.fromFolder(dir);
      for (const round of ['unknown', 'known']) {
        const ids = (await tokenizer.encode(texts)).map((each) => [...each]);
        expect(ids, round).toEqual(expected);
      }
    },
  );

  it('of every word there is in the vocabulary', async () => {
    const dir = join(FIXTURES, 'uncased');
    const words = readFileSync(join(dir, 'vocab.txt'), 'utf8').trimEnd().split('\n');
    const library = RustTokenizer.fromString((await readTokenizerFiles(dir)).definition);
    const expected = (await library.encodeBatch(words, { addSpecialTokens: false })).map((encoding) => encoding.getIds());
    expect((await (await Tokenizer.fromFolder(dir)).encode(words)).map((each) => [...each])).toEqual(expected);
  });
});

describe('KnownWords', () => {
  const definition = {
    added_tokens: [{ content: '[SEP]', lstrip: false, rstrip: false }],
    normalizer: { type: 'BertNormalizer' },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: { type: 'WordPiece' },
  };

  it.each([
    ['another pre-tokeniser', { pre_tokenizer: { type: 'Whitespace' } }],
    ['another normaliser', { normalizer: null }],
    ['another model', { model: { type: 'BPE' } }],
    ['an added token that could stand inside a word', { added_tokens: [{ content: 'film', lstrip: false, rstrip: false }] }],
    ['an added token that takes the space before it', { added_tokens: [{ content: '[MASK]', lstrip: true, rstrip: false }] }],
  ])('are not used with %s', (_, change) => {
    expect(KnownWords.of(JSON.stringify(definition))).not.toBeNull();
    expect(KnownWords.of(JSON.stringify({ ...definition, ...change }))).toBeNull();
  });

  it('cut at white space and around every mark', () => {
    const words = KnownWords.of(JSON.stringify(definition));
    expect(words?.lookUp("Don't\tstop,\nnow_1 (ok)")).toEqual(['Don', "'", 't', 'stop', ',', 'now', '_', '1', '(', 'ok', ')']);
    expect(words?.lookUp(' \r\n')).toEqual(new Int32Array(0));
  });

  it.each(['a [SEP] b', 'café', 'a\u0000b', 'a\u007fb', 'x'.repeat(33)])('leave %j to the library', (each) => {
    expect(KnownWords.of(JSON.stringify(definition))?.lookUp(each)).toBeNull();
  });

  it('are no more than there is room for, whatever texts that were looked up together need', () => {
    const words = KnownWords.of(JSON.stringify(definition), 4) as KnownWords;
    const texts = ['a b c', 'd e f'];
    const needed = texts.map((each) => words.lookUp(each));
    expect(needed).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
    for (const word of ['a', 'b', 'c', 'd', 'e', 'f']) words.add(word, Int32Array.of(word.charCodeAt(0)));
    expect(texts.map((each) => words.lookUp(each))).toEqual([Int32Array.of(97, 98, 99), null]);
    expect(words.lookUp('d a')).toEqual(Int32Array.of(100, 97));
    expect(words.lookUp('g')).toBeNull();
  });

  it('grow with the longest text', () => {
    const words = KnownWords.of(JSON.stringify(definition));
    words?.add('a', Int32Array.from([1, 2]));
    expect(words?.lookUp('a '.repeat(5000))).toEqual(Int32Array.from({ length: 10_000 }, (_, index) => 1 + (index % 2)));
  });
});
