/** Inputs for comparisons of models: seeded texts of many kinds and lengths, tokenised and cut as in training. */
import { buildSequence } from '../../../src/text/sequence.js';
import type { Tokenizer } from '../../../src/text/tokenizer.js';
import { createRandom, type Random } from '../../../src/util/random.js';

export interface TextPair {
  readonly a: string;
  readonly b: string | null;
}

export interface ModelInput {
  readonly kind: string;
  readonly ids: number[];
  readonly types: number[];
}

const WORDS =
  'the a of garden river engine quiet seven running naturally unbelievable reports claimed that nobody would have seen it before , . ? ; and because'.split(
    ' ',
  );
const UNICODE = [
  'naïve café déjà-vu Ångström',
  '東京は日本の首都です。',
  '한국어 문장 하나',
  'Привет, мир',
  'שלום עולם مرحبا بالعالم',
  'e\u0301a\u0300 combining n\u0303',
  '👩‍👩‍👧 family 🏳️‍🌈 flag 👍🏽',
  'zero\u200bwidth\ufeff and \u00ad soft',
  'tab\tand\u0007bell',
  '𝒻𝒶𝓃𝒸𝓎 𝕞𝕒𝕥𝕙 ½ ﬁ',
  'ไทยไม่มีช่องว่าง',
  '[MASK] and [SEP] in a text',
];

function words(random: Random, count: number): string {
  return Array.from({ length: count }, () => WORDS[random.integer(WORDS.length)]).join(' ');
}

/** `perKind` inputs each: single texts, pairs, Unicode, pairs cut at 128; and a few cut at 512. */
export async function modelInputs(tokenizer: Tokenizer, perKind: number, seed: number): Promise<ModelInput[]> {
  const random = createRandom(seed, 'inputs');
  const inputs: ModelInput[] = [];
  const add = async (kind: string, count: number, maxLength: number, make: () => TextPair): Promise<void> => {
    for (const pair of Array.from({ length: count }, make)) inputs.push({ kind, ...(await tokenise(tokenizer, pair, maxLength)) });
  };
  const unicode = (): string => `${UNICODE[random.integer(UNICODE.length)]} ${words(random, random.integer(6))}`;
  await add('single', perKind, 128, () => ({ a: words(random, 1 + random.integer(30)), b: null }));
  await add('pair', perKind, 128, () => ({ a: words(random, 1 + random.integer(25)), b: words(random, 1 + random.integer(25)) }));
  await add('Unicode', perKind, 128, () => ({ a: unicode(), b: random.integer(2) === 0 ? null : unicode() }));
  await add('cut at 128', perKind, 128, () => ({ a: words(random, 20 + random.integer(120)), b: words(random, 130) }));
  await add('cut at 512', Math.ceil(perKind / 6), 512, () => ({ a: words(random, 200 + random.integer(400)), b: words(random, 500) }));
  return inputs;
}

export async function tokenise(tokenizer: Tokenizer, { a, b }: TextPair, maxLength: number): Promise<Omit<ModelInput, 'kind'>> {
  const [idsA = new Int32Array(0), idsB = null] = await tokenizer.encode(b === null ? [a] : [a, b]);
  const { ids, boundary } = buildSequence(idsA, idsB, tokenizer, { maxLength, truncation: 'reference' });
  return { ids: [...ids], types: Array.from(ids, (_, position) => Number(position >= boundary)) };
}

/** The inputs end to end, as the native side takes them. */
export function packInputs(inputs: readonly ModelInput[]): { tokenIds: Int32Array; typeIds: Uint8Array; offsets: Int32Array } {
  const offsets = new Int32Array(inputs.length + 1);
  inputs.forEach(({ ids }, b) => (offsets[b + 1] = (offsets[b] ?? 0) + ids.length));
  return {
    tokenIds: Int32Array.from(inputs.flatMap(({ ids }) => ids)),
    typeIds: Uint8Array.from(inputs.flatMap(({ types }) => types)),
    offsets,
  };
}
