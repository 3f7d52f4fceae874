/**
 * Ids of words met before. BERT's tokenisers cut a text into words before they look at any of them, so a text's ids are those of its
 * words end to end; and words repeat, so most texts need no tokeniser at all. Only texts of printable ASCII are cut here, where the rule
 * is plain: white space parts words, every other character that is no letter or digit is a word of its own (BertPreTokenizer of the
 * tokenizers library). Ids always come from the library.
 */
import { z } from 'zod';

/** Words kept, a power of two; the first met stay, since the frequent ones come early. Some 70 MB when full. */
const MOST_WORDS = 1 << 18;
/** Longer words are rare and seldom repeat. */
const LONGEST_WORD = 32;

const OTHER = 0;
const SPACE = 1;
const MARK = 2;
const LETTER = 3;

/** By character code. '[' is none of them: with it begin the tokens that may be spelt out in a text ("[MASK]"). */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[ \t\n\r]/.test(character)) return SPACE;
  if (/[0-9A-Za-z]/.test(character)) return LETTER;
  return code > 0x20 && code < 0x7f && character !== '[' ? MARK : OTHER;
});

/** What makes a tokeniser work word by word as described. */
const definitionSchema = z.object({
  added_tokens: z.array(z.object({ content: z.string().startsWith('['), lstrip: z.literal(false), rstrip: z.literal(false) })),
  normalizer: z.object({ type: z.literal('BertNormalizer') }),
  pre_tokenizer: z.object({ type: z.literal('BertPreTokenizer') }),
  model: z.object({ type: z.literal('WordPiece') }),
});

const BASIS = 0x811c9dc5;

export class KnownWords {
  /**
   * By hash, the next slot where one is taken: the word's number plus one; 0 is free. A Map would need a string for each lookup. Half of
   * them stay free, so that one is near, and so that looking for one comes to an end.
   */
  private readonly slots: Int32Array;
  private readonly words: string[] = [];
  private readonly ids: Int32Array[] = [];
  private scratch = new Int32Array(1024);

  private constructor(private readonly mostWords: number) {
    this.slots = new Int32Array(2 * mostWords);
  }

  /**
   * @param definition in the form of tokenizer.json
   * @param mostWords a power of two
   * @returns null for a tokeniser of another kind
   */
  static of(definition: string, mostWords = MOST_WORDS): KnownWords | null {
    return definitionSchema.safeParse(JSON.parse(definition)).success ? new KnownWords(mostWords) : null;
  }

  /** The text's ids, or the words that must be added first; null where the text is to be tokenised whole, and where there is no room for them. */
  lookUp(text: string): Int32Array | readonly string[] | null {
    const { length } = text;
    const unknown: string[] = [];
    let count = 0;
    for (let at = 0; at < length;) {
      const start = at;
      let code = text.charCodeAt(at);
      const kind = KINDS[code] ?? OTHER;
      if (kind === OTHER) return null;
      at += 1;
      if (kind === SPACE) continue;
      let hash = mix(BASIS, code);
      if (kind === LETTER) for (; at < length && KINDS[(code = text.charCodeAt(at))] === LETTER; at += 1) hash = mix(hash, code);
      if (at - start > LONGEST_WORD) return null;
      const word = (this.slots[this.slotOf(text, start, at, hash)] ?? 0) - 1;
      if (word < 0) unknown.push(text.slice(start, at));
      else count = this.append(this.ids[word] as Int32Array, count);
    }
    if (unknown.length === 0) return this.scratch.slice(0, count);
    return this.ids.length + unknown.length > this.mostWords ? null : unknown;
  }

  /**
   * Does nothing where there is no room: each text that was looked up had room for its own words, but not for those of the others.
   * @param word one that `lookUp` has named, once
   */
  add(word: string, ids: Int32Array): void {
    if (this.words.length >= this.mostWords) return;
    let hash = BASIS;
    for (let at = 0; at < word.length; at += 1) hash = mix(hash, word.charCodeAt(at));
    // A copy: a slice would keep the whole text it was cut from.
    this.words.push(Buffer.from(word, 'latin1').toString('latin1'));
    this.ids.push(ids);
    this.slots[this.slotOf(word, 0, word.length, hash)] = this.words.length;
  }

  /** Where the word from `start` to `end` is, or would be. */
  private slotOf(text: string, start: number, end: number, hash: number): number {
    const last = this.slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & last; ; slot = (slot + 1) & last) {
      const number = this.slots[slot] ?? 0;
      if (number === 0 || isAt(this.words[number - 1] ?? '', text, start, end)) return slot;
    }
  }

  /** @returns how many ids there are now */
  private append(ids: Int32Array, count: number): number {
    if (count + ids.length > this.scratch.length) {
      const larger = new Int32Array(2 * (count + ids.length));
      larger.set(this.scratch.subarray(0, count));
      this.scratch = larger;
    }
    for (let index = 0; index < ids.length; index += 1) this.scratch[count + index] = ids[index] ?? 0;
    return count + ids.length;
  }
}

/** One step of the hash (FNV-1a, 32 bits). */
function mix(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

function isAt(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let at = 0; at < word.length; at += 1) if (word.charCodeAt(at) !== text.charCodeAt(start + at)) return false;
  return true;
}
