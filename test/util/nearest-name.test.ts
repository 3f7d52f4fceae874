/** Which name is proposed for a misspelt one, and that none is where none is near. */
import { describe, expect, it } from 'vitest';
import { didYouMean, editsApart, nearestName } from '../../src/util/nearest-name.js';

describe('nearestName', () => {
  it.each([
    ['txt', ['id', 'text'], 'text'],
    ['SST-2', ['cola', 'sst2'], 'sst2'],
    ['REVIEW', ['text', 'Review'], 'Review'],
    ['a', ['b', 'A'], 'A'],
    ['text', ['text1', 'text2'], 'text1'],
  ])('proposes for %s, of %j, %s', (name, known, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });

  it.each([
    ['label', ['id']],
    ['score', ['a', 'b']],
    ['text', ['yes', 'good 0']],
    ['Review Text', ['Id;Review Text;Sentiment']],
    ['sentiment', ['sentence']],
    ['text', []],
  ])('proposes nothing for %s, of %j', (name, known) => {
    expect(nearestName(name, known)).toBeNull();
  });
});

it('counts edits up to three, and while more than two fifths of the longer name are the same', () => {
  // kitten and sitting are the textbook's three edits.
  expect(editsApart('kitten', 'sitting')).toBe(3);
  // Three of five; four of many.
  expect(editsApart('label', 'table')).toBeNull();
  expect(editsApart('sentence', 'sentence_one')).toBeNull();
});

it('ends the sentence either way', () => {
  expect(didYouMean('text')).toBe("; did you mean 'text'?");
  expect(didYouMean(null)).toBe('.');
});
