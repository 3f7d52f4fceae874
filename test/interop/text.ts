/** Token ids, type ids and truncation against Transformers' BertTokenizerFast, on generated text of every kind. */
import { resolve } from 'node:path';
import { buildSequence } from '../../src/text/sequence.js';
import { Tokenizer } from '../../src/text/tokenizer.js';
import type { Truncation } from '../../src/config/schema.js';
import { createRandom, type Random } from '../../src/util/random.js';
import type { Comparison, Finding } from './lib/comparison.js';
import { MINILM } from '../../scripts/lib/minilm.mjs';

const TEXTS = 10_000;
const PAIRS = 3_000;
const MAX_LENGTHS = [8, 9, 32, 128, 512];

/** MiniLM's vocabulary lower-cases; the fixtures' keep case, and strip accents without the CJK spacing. */
const FOLDERS: readonly (readonly [name: string, folder: string])[] = [
  ['uncased', MINILM],
  ['cased', 'test/fixtures/text/cased'],
  ['cased, accents stripped, CJK unspaced', 'test/fixtures/text/accents'],
];

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const PIECES = [
  'the',
  'film',
  'good',
  'un',
  'able',
  'ness',
  'running',
  'Paris',
  '1999',
  '3.14',
  "don't",
  '[SEP]',
  '[MASK]',
  '[CLS]',
  '[sep]',
  '##ing',
];

/** Each makes one piece of a text. */
const KINDS: readonly ((random: Random) => string)[] = [
  (random) => pick(random, PIECES),
  (random) => repeat(random, 1 + random.integer(12), () => pick(random, [...LETTERS])),
  (random) => repeat(random, 1 + random.integer(6), () => codePoint(random, 0x21, 0x2f)),
  (random) => repeat(random, 1 + random.integer(4), () => `${pick(random, [...LETTERS])}${codePoint(random, 0x300, 0x36f)}`),
  (random) => repeat(random, 1 + random.integer(5), () => codePoint(random, 0x4e00, 0x9fff)),
  (random) => repeat(random, 1 + random.integer(5), () => codePoint(random, 0xac00, 0xd7a3)),
  (random) => repeat(random, 1 + random.integer(6), () => codePoint(random, 0x590, 0x6ff)),
  (random) => repeat(random, 1 + random.integer(6), () => codePoint(random, 0x900, 0xe7f)),
  (random) =>
    repeat(random, 1 + random.integer(3), () => `${codePoint(random, 0x1f466, 0x1f469)}\u200d${codePoint(random, 0x1f466, 0x1f469)}\ufe0f`),
  (random) => codePoint(random, 0x20000, 0x2a6df),
  (random) => repeat(random, 1 + random.integer(3), () => codePoint(random, 0, 0x1f)),
  (random) => pick(random, ['\u200b', '\u00ad', '\ufeff', '\u00a0', '\u3000', '\u2028', '\u202e', '\u061c', '\ufffd', '\u0085']),
  (random) => codePoint(random, 0xd800, 0xdfff),
  (random) => codePoint(random, 0xe000, 0xfaff),
  (random) => codePoint(random, 1, 0xffff),
  (random) => codePoint(random, 0x10000, 0x10ffff),
];

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.integer(list.length)] as T;
}

function repeat(random: Random, count: number, make: (random: Random) => string): string {
  return Array.from({ length: count }, () => make(random)).join('');
}

/** One UTF-16 unit or a pair; a lone surrogate where the range has them. */
function codePoint(random: Random, from: number, to: number): string {
  return String.fromCodePoint(from + random.integer(to - from + 1));
}

function text(random: Random): string {
  const pieces = Array.from({ length: 1 + random.integer(12) }, () => pick(random, KINDS)(random));
  return pieces.join(pick(random, [' ', ' ', ' ', '', '\t', '  ']));
}

function texts(random: Random): string[] {
  const fixed = ['', ' ', '\t\n', 'x'.repeat(100), 'x'.repeat(101), 'y'.repeat(500), `the ${'é'.repeat(500)} end`, '[SEP]'.repeat(200)];
  return [...fixed, ...Array.from({ length: TEXTS }, () => text(random))];
}

interface Pair {
  readonly a: string;
  readonly b: string;
  readonly maxLength: number;
}

/** A second text without a token counts as none here, as in the reference; the full stop keeps that case out. */
function pairs(random: Random): Pair[] {
  const side = (): string => Array.from({ length: 1 + random.integer(8) }, () => text(random)).join(' ');
  return Array.from({ length: PAIRS }, () => ({ a: side(), b: `. ${side()}`, maxLength: pick(random, MAX_LENGTHS) }));
}

type Sequences = readonly { readonly ids: readonly number[]; readonly types: readonly number[] }[];

interface Answer {
  readonly ids: readonly (readonly number[])[];
  readonly pairs: Readonly<Record<Truncation, Sequences>>;
}

async function ours(folder: string, single: readonly string[], both: readonly Pair[]): Promise<Answer> {
  const tokenizer = await Tokenizer.fromFolder(folder);
  const ids = (await tokenizer.encode(single)).map((list) => [...list]);
  const sides = await tokenizer.encode(both.flatMap(({ a, b }) => [a, b]));
  const cut = (truncation: Truncation): Sequences =>
    both.map(({ maxLength }, row) => {
      const [a, b] = [sides[2 * row], sides[2 * row + 1]] as [Int32Array, Int32Array];
      const sequence = buildSequence(a, b, tokenizer, { maxLength, truncation });
      return { ids: [...sequence.ids], types: Array.from(sequence.ids, (_, place) => Number(place >= sequence.boundary)) };
    });
  return { ids, pairs: { reference: cut('reference'), longest_first: cut('longest_first') } };
}

/** Cases that are not equal, and the first of them. */
function unequal(what: string, own: readonly unknown[], theirs: readonly unknown[], inputs: readonly unknown[]): Finding {
  const differing = own.flatMap((value, row) => (JSON.stringify(value) === JSON.stringify(theirs[row]) ? [] : [row]));
  const lengths = own.length === theirs.length ? 0 : 1;
  const [first] = differing;
  return {
    what,
    cases: own.length,
    difference: differing.length + lengths,
    bound: 0,
    worst: first === undefined ? '' : JSON.stringify(inputs[first]),
  };
}

export const comparison: Comparison = {
  what: 'text: token ids, type ids and truncation against BertTokenizerFast',
  async run(peer) {
    const random = createRandom(20, 'text');
    const single = texts(random);
    const both = pairs(random);
    const folders = FOLDERS.map(([, folder]) => resolve(folder));
    const theirs = await peer.ask<Answer[]>('text.py', { folders, texts: single, pairs: both });
    const findings: Finding[] = [];
    for (const [row, [name, folder]] of FOLDERS.entries()) {
      const own = await ours(folder, single, both);
      const expected = theirs[row] as Answer;
      findings.push(
        unequal(`token ids, ${name}`, own.ids, expected.ids, single),
        unequal(`pairs cut as the reference, ${name}`, own.pairs.reference, expected.pairs.reference, both),
        unequal(`pairs cut longest first, ${name}`, own.pairs.longest_first, expected.pairs.longest_first, both),
      );
    }
    return findings;
  },
};
