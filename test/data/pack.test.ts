import { beforeAll, describe, expect, it } from 'vitest';
import { evaluationBatches } from '../../src/data/evaluation-batches.js';
import { checkFits } from '../../src/data/fits.js';
import { packBatch, packTokens } from '../../src/data/pack.js';
import { tokenizeExamples } from '../../src/data/tokenize.js';
import type { TokenizedDataset } from '../../src/data/types.js';
import { taskByName } from '../../src/tasks/index.js';
import type { Tokenizer } from '../../src/text/tokenizer.js';
import { fixtureTokenizer } from './small-glue.js';

let tokenizer: Tokenizer;
let pairs: TokenizedDataset;
let singles: TokenizedDataset;
beforeAll(async () => {
  tokenizer = await fixtureTokenizer();
  const example = (id: number, textA: string, textB: string | null) => ({ id: `test-${id}`, textA, textB, label: id });
  pairs = await tokenizeExamples(
    [example(0, 'film', 'a movie'), example(1, 'good', 'great')],
    tokenizer,
    { maxLength: 16, truncation: 'reference' },
    { task: taskByName('rte') },
  );
  singles = await tokenizeExamples(
    Array.from({ length: 50 }, (_, index) => example(index, 'good '.repeat(1 + ((index * 7) % 10)), null)),
    tokenizer,
    { maxLength: 16, truncation: 'reference' },
    { task: taskByName('cola') },
  );
});

describe('tokenizeExamples', () => {
  it('needs no data folder, and has a hash of its content', async () => {
    expect([pairs.size, pairs.id(1), pairs.typeBoundary(0), pairs.tokenIds(0).length]).toEqual([2, 'test-1', 3, 6]);
    expect([singles.typeBoundary(0), singles.tokenIds(0).length]).toEqual([3, 3]);
    const one = { id: 'a', textA: 'film', textB: null, label: null };
    const hashOf = async (example: typeof one) =>
      (await tokenizeExamples([example], tokenizer, { maxLength: 16, truncation: 'reference' }, { task: taskByName('cola') })).hash;
    expect(await hashOf(one)).toBe(await hashOf(one));
    expect(await hashOf(one)).not.toBe(await hashOf({ ...one, textA: 'movie' }));
    expect(await hashOf(one)).not.toBe(await hashOf({ ...one, id: 'b' }));
  });

  it('makes an empty dataset of nothing', async () => {
    expect((await tokenizeExamples([], tokenizer, { maxLength: 16, truncation: 'reference' }, { task: taskByName('cola') })).size).toBe(0);
  });
});

describe('packBatch', () => {
  it('puts sequences end to end, with segments, heads, targets and weights', () => {
    const batch = packBatch(
      [
        { task: 1, index: 1 },
        { task: 0, index: 0 },
        { task: 1, index: 0 },
      ],
      {
        datasets: [singles, pairs],
        heads: [4, 2],
        targets: { width: (task) => (task === 0 ? 1 : 2), write: ({ task, index }, target) => target.fill(10 * task + index) },
        weight: (task) => [0.25, 0.5][task] ?? 0,
      },
    );
    const tokens = [...pairs.tokenIds(1), ...singles.tokenIds(0), ...pairs.tokenIds(0)];
    expect([...batch.tokenIds]).toEqual(tokens);
    expect([...batch.offsets]).toEqual([0, 5, 8, 14]);
    expect([...batch.typeIds]).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
    expect([...batch.taskIds]).toEqual([2, 4, 2]);
    expect([...batch.targets]).toEqual([11, 11, 0, 10, 10]);
    expect([...batch.weights]).toEqual([0.5, 0.25, 0.5]);
  });

  it('refuses a task that is not there', () => {
    const options = { datasets: [pairs], heads: [0], targets: { width: () => 1, write: () => undefined }, weight: () => 1 };
    expect(() => packBatch([{ task: 1, index: 0 }], options)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('the index of a head', () => {
  it('is any byte', () => {
    expect([...packTokens(pairs, [0, 1], 255).taskIds]).toEqual([255, 255]);
  });

  it.each([256, -1, 1.5, Number.NaN])('is not %d', (head) => {
    const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', details: { head } }) as Error;
    const options = { datasets: [pairs], heads: [head], targets: { width: () => 1, write: () => undefined }, weight: () => 1 };
    expect(() => packTokens(pairs, [0], head)).toThrowError(invalid);
    expect(() => packBatch([{ task: 0, index: 0 }], options)).toThrowError(invalid);
  });
});

describe('evaluationBatches', () => {
  it('holds each example once, the longest first, ties in order, within the token budget', () => {
    const batches = evaluationBatches(singles, 30);
    const order = batches.flatMap((batch) => [...batch]);
    const byLength = Array.from({ length: 50 }, (_, index) => index).sort(
      (a, b) => singles.tokenIds(b).length - singles.tokenIds(a).length || a - b,
    );
    expect(order).toEqual(byLength);
    const tokens = batches.map((batch) => batch.reduce((sum, index) => sum + singles.tokenIds(index).length, 0));
    expect(Math.max(...tokens)).toBeLessThanOrEqual(30);
    expect(batches.length).toBeLessThan(25);
  });

  it('gives a sequence over the budget a batch of its own', () => {
    expect(evaluationBatches(pairs, 1).map((batch) => [...batch])).toEqual([[0], [1]]);
  });

  it('packs without targets', () => {
    const [indices] = evaluationBatches(pairs, 100);
    const batch = packTokens(pairs, indices ?? [], 3);
    expect([...batch.taskIds]).toEqual([3, 3]);
    expect([...batch.offsets]).toEqual([0, 6, 11]);
    expect([batch.targets.length, batch.weights.length]).toEqual([0, 0]);
  });
});

describe('checkFits', () => {
  it('accepts what fits exactly', () => {
    checkFits(tokenizer, { vocabSize: tokenizer.vocabSize, maxPositions: 128 }, 128);
  });

  it('names both sizes and the mend', () => {
    const error = (code: string, pattern: RegExp) =>
      expect.objectContaining({ code, message: expect.stringMatching(pattern) as string }) as Error;
    const { vocabSize } = tokenizer;
    expect(() => checkFits(tokenizer, { vocabSize: vocabSize - 1, maxPositions: 128 }, 128)).toThrowError(
      error('ERR_VOCABULARY', new RegExp(`${vocabSize} tokens.*${vocabSize - 1} rows`)),
    );
    expect(() => checkFits(tokenizer, { vocabSize, maxPositions: 127 }, 128)).toThrowError(
      error('ERR_SEQUENCE_TOO_LONG', /128.*127 positions/),
    );
  });
});
