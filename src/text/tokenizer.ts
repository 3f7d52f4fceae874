/**
 * WordPiece ids from Hugging Face's Rust tokeniser. Ids come without special tokens and untruncated: sequence.ts adds the one and does
 * the other, after the pair is known. A text that spells a special token ("[SEP]") yields that token, as in Transformers.
 */
import { createRequire } from 'node:module';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { BornAgainError } from '../util/errors.js';
import { sha256 } from '../util/hash.js';
import { KnownWords } from './known-words.js';
import { readTokenizerFiles } from './tokenizer-files.js';
import type { TokenizerFiles } from './tokenizer-files.js';

const { version } = createRequire(import.meta.url)('tokenizers/package.json') as { version: string };

/** Texts per call: enough to keep all cores busy, few enough that the results stay small and handing them over does not hold the event loop long. */
const BATCH = 1024;

export class Tokenizer {
  private constructor(
    private readonly rust: RustTokenizer,
    private readonly words: KnownWords | null,
    /** File the vocabulary came from. */
    readonly source: string,
    /** Largest id plus one: the least number of rows that an embedding needs. */
    readonly vocabSize: number,
    readonly clsId: number,
    readonly sepId: number,
    readonly padId: number,
    /** SHA-256 of everything that decides the ids: vocabulary, normaliser, special tokens, version of the library. */
    readonly hash: string,
  ) {}

  /**
   * Reads `tokenizer.json`, or else `vocab.txt`, and `tokenizer_config.json` where there is one.
   * @throws BornAgainError ERR_TOKENIZER: no such files, a malformed file, a special token that is not in the vocabulary; ERR_IO
   */
  static async fromFolder(dir: string): Promise<Tokenizer> {
    const files = await readTokenizerFiles(dir);
    const rust = parse(files);
    const ids = new Map(Object.entries(rust.getVocab(true)));
    const idOf = (token: string): number => {
      const id = ids.get(token);
      if (id !== undefined) return id;
      throw new BornAgainError('ERR_TOKENIZER', `${files.source} has no token '${token}'; BERT needs it. Is this a BERT vocabulary?`, {
        token,
      });
    };
    const { cls, sep, pad, unknown } = files.specialTokens;
    idOf(unknown);
    let vocabSize = 0;
    for (const id of ids.values()) vocabSize = Math.max(vocabSize, id + 1);
    const hash = sha256(JSON.stringify([version, files.specialTokens, files.definition]));
    return new Tokenizer(rust, KnownWords.of(files.definition), files.source, vocabSize, idOf(cls), idOf(sep), idOf(pad), hash);
  }

  /**
   * Ids of each text, in the order given. Texts of known words are put together here, the others tokenised off the event loop, in parallel.
   * @throws BornAgainError ERR_TOKENIZER when the library refuses
   */
  async encode(texts: readonly string[]): Promise<Int32Array[]> {
    const result: Int32Array[] = [];
    for (let start = 0; start < texts.length; start += BATCH) {
      const batch = texts.slice(start, start + BATCH);
      for (const ids of this.words === null ? await this.encodeWhole(batch) : await this.encodeByWords(batch, this.words)) result.push(ids);
    }
    return result;
  }

  private async encodeByWords(texts: readonly string[], words: KnownWords): Promise<Int32Array[]> {
    const known = texts.map((text) => words.lookUp(text));
    const fresh = [...new Set(known.flatMap((found) => (found instanceof Int32Array || found === null ? [] : found)))];
    (await this.encodeWhole(fresh)).forEach((ids, index) => words.add(fresh[index] ?? '', ids));
    // Words that found no room are named once more: their texts are tokenised whole.
    const complete = known.map((found, index) =>
      found instanceof Int32Array || found === null ? found : words.lookUp(texts[index] ?? ''),
    );
    const rest = (await this.encodeWhole(texts.filter((_, index) => !(complete[index] instanceof Int32Array)))).values();
    return complete.map((found) => (found instanceof Int32Array ? found : (rest.next().value ?? new Int32Array(0))));
  }

  private async encodeWhole(texts: string[]): Promise<Int32Array[]> {
    const encodings: Int32Array[] = [];
    for (let start = 0; start < texts.length; start += BATCH) {
      for (const encoding of await this.encodeBatch(texts.slice(start, start + BATCH))) encodings.push(Int32Array.from(encoding.getIds()));
    }
    return encodings;
  }

  private async encodeBatch(texts: string[]): Promise<Awaited<ReturnType<RustTokenizer['encodeBatch']>>> {
    try {
      return await this.rust.encodeBatch(texts, { addSpecialTokens: false });
    } catch (cause) {
      throw new BornAgainError('ERR_TOKENIZER', `the tokeniser of ${this.source} failed: ${(cause as Error).message}`, {}, { cause });
    }
  }
}

function parse({ source, definition }: TokenizerFiles): RustTokenizer {
  try {
    return RustTokenizer.fromString(definition);
  } catch (cause) {
    throw new BornAgainError(
      'ERR_TOKENIZER',
      `${source} is no tokeniser the library can read: ${(cause as Error).message}`,
      { source },
      { cause },
    );
  }
}
