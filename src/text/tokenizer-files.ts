/**
 * A Hugging Face folder's tokeniser files, brought to one form: the JSON that the Rust library reads. tokenizer.json is taken as it is
 * except for its truncation and padding (ours happen elsewhere) and for what tokenizer_config.json says of the normaliser, which wins
 * as it does in Transformers; without tokenizer.json the same JSON is made from vocab.txt.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { BornAgainError } from '../util/errors.js';
import { readTextIfThere } from '../util/if-there.js';
import { parseJsonFile, readJsonFile } from '../util/json-file.js';

const tokenSchema = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);

/** Keys of tokenizer_config.json that matter here. A key that is absent says nothing; `strip_accents: null` says "as lower-casing does". */
const configSchema = z.object({
  do_lower_case: z.boolean().optional(),
  strip_accents: z.boolean().nullable().optional(),
  tokenize_chinese_chars: z.boolean().optional(),
  unk_token: tokenSchema.nullish(),
  cls_token: tokenSchema.nullish(),
  sep_token: tokenSchema.nullish(),
  pad_token: tokenSchema.nullish(),
  mask_token: tokenSchema.nullish(),
});
type TokenizerConfig = z.infer<typeof configSchema>;

const REMEDY = 'Download the file again';

const definitionSchema = z.looseObject({ normalizer: z.looseObject({ type: z.string() }).nullish(), model: z.looseObject({}) });

export interface TokenizerFiles {
  /** The file the vocabulary came from. */
  readonly source: string;
  /** In the form of tokenizer.json. */
  readonly definition: string;
  readonly specialTokens: { readonly cls: string; readonly sep: string; readonly pad: string; readonly unknown: string };
}

/** @throws BornAgainError ERR_TOKENIZER naming what was looked for, or the malformed file; ERR_IO */
export async function readTokenizerFiles(dir: string): Promise<TokenizerFiles> {
  const path = { json: join(dir, 'tokenizer.json'), vocab: join(dir, 'vocab.txt'), config: join(dir, 'tokenizer_config.json') };
  const [json, vocab, config] = await Promise.all([
    readTextIfThere(path.json),
    readTextIfThere(path.vocab),
    readJsonFile(path.config, configSchema, 'ERR_TOKENIZER', REMEDY).then((found): TokenizerConfig => found ?? {}),
  ]);
  const specialTokens = {
    cls: config.cls_token ?? '[CLS]',
    sep: config.sep_token ?? '[SEP]',
    pad: config.pad_token ?? '[PAD]',
    unknown: config.unk_token ?? '[UNK]',
  };
  if (json !== null) return { source: path.json, definition: adjusted(path.json, json, config), specialTokens };
  if (vocab !== null) {
    const added = [specialTokens.pad, specialTokens.unknown, specialTokens.cls, specialTokens.sep, config.mask_token ?? '[MASK]'];
    return { source: path.vocab, definition: fromVocabulary(vocab, config, specialTokens.unknown, added), specialTokens };
  }
  throw new BornAgainError(
    'ERR_TOKENIZER',
    `no tokeniser in ${dir}: neither tokenizer.json nor vocab.txt is there. A BERT folder from Hugging Face holds at least one; download it beside config.json`,
    { dir, lookedFor: [path.json, path.vocab] },
  );
}

/** The explicit settings in the names of the library's BertNormalizer. */
function normalizerSettings(config: TokenizerConfig): Record<string, unknown> {
  return {
    ...(config.do_lower_case !== undefined && { lowercase: config.do_lower_case }),
    ...(config.strip_accents !== undefined && { strip_accents: config.strip_accents }),
    ...(config.tokenize_chinese_chars !== undefined && { handle_chinese_chars: config.tokenize_chinese_chars }),
  };
}

function adjusted(path: string, text: string, config: TokenizerConfig): string {
  const definition = parseJsonFile(path, text, definitionSchema, 'ERR_TOKENIZER', REMEDY);
  const { normalizer } = definition;
  const settings = normalizer?.type === 'BertNormalizer' ? { normalizer: { ...normalizer, ...normalizerSettings(config) } } : {};
  return JSON.stringify({ ...definition, ...settings, truncation: null, padding: null });
}

/** One token per line, the line's number its id. */
function fromVocabulary(text: string, config: TokenizerConfig, unknown: string, added: readonly string[]): string {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const ids = new Map(lines.map((token, id) => [token, id]));
  const present = added.flatMap((content) => {
    const id = ids.get(content);
    return id === undefined ? [] : [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }];
  });
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: present.sort((a, b) => a.id - b.id),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
      ...normalizerSettings(config),
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  });
}
