/** Truncation against the reference's loop and Transformers' fast tokeniser, run in Python (test/fixtures/text/make_text.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Truncation } from '../../src/config/schema.js';
import { buildSequence } from '../../src/text/sequence.js';
import { truncatePair } from '../../src/text/truncate.js';

type Row = [lengthA: number, lengthB: number, budget: number, keptA: number, keptB: number];
const fixture = JSON.parse(readFileSync(new URL('../fixtures/text/truncation.json', import.meta.url), 'utf8')) as Record<Truncation, Row[]>;

const special = { clsId: 101, sepId: 102 };
const a = Int32Array.of(1, 2, 3, 4, 5);
const b = Int32Array.of(6, 7, 8);

function build(first: Int32Array, second: Int32Array | null, maxLength: number) {
  const { ids, boundary, truncated } = buildSequence(first, second, special, { maxLength, truncation: 'reference' });
  return { ids: [...ids], boundary, truncated };
}

describe('truncatePair', () => {
  it.each(['reference', 'longest_first'] as const)('keeps what the %s rule keeps', (truncation) => {
    const rows = fixture[truncation];
    expect(rows.length).toBeGreaterThan(1000);
    const kept = rows.map(([lengthA, lengthB, budget]) => truncatePair(lengthA, lengthB, budget, truncation));
    expect(kept).toEqual(rows.map((row) => row.slice(3)));
  });

  it('refuses a negative budget', () => {
    expect(() => truncatePair(1, 1, -1, 'reference')).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('buildSequence', () => {
  it('frames a single text', () => {
    expect(build(a, null, 7)).toEqual({ ids: [101, 1, 2, 3, 4, 5, 102], boundary: 7, truncated: false });
    expect(build(a, null, 6)).toEqual({ ids: [101, 1, 2, 3, 4, 102], boundary: 6, truncated: true });
  });

  it('frames a pair; segment 1 starts after the first [SEP]', () => {
    expect(build(a, b, 11)).toEqual({ ids: [101, 1, 2, 3, 4, 5, 102, 6, 7, 8, 102], boundary: 7, truncated: false });
  });

  it('cuts a pair token by token from the longer side, from b when equal', () => {
    expect(build(a, b, 9)).toEqual({ ids: [101, 1, 2, 3, 102, 6, 7, 8, 102], boundary: 5, truncated: true });
    expect(build(a, b, 8)).toEqual({ ids: [101, 1, 2, 3, 102, 6, 7, 102], boundary: 5, truncated: true });
  });

  it('takes a second text without tokens for none, as the reference does', () => {
    expect(build(a, new Int32Array(0), 7)).toEqual(build(a, null, 7));
  });

  // BertTokenizerFast of Transformers 5.24: tokenizer('a b c d e', '\x01', truncation=True, max_length=8, then 5)
  it('ends one without tokens with its [SEP] where Transformers cuts', () => {
    const transformers = (maxLength: number) => buildSequence(a, new Int32Array(0), special, { maxLength, truncation: 'longest_first' });
    expect(transformers(8)).toEqual({ ids: Int32Array.of(101, 1, 2, 3, 4, 5, 102, 102), boundary: 7, truncated: false });
    expect(transformers(5)).toEqual({ ids: Int32Array.of(101, 1, 2, 102, 102), boundary: 4, truncated: true });
  });
});
