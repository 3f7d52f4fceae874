import { expect, it } from 'vitest';
import { endSentence } from '../../src/util/format.js';

it('ends a sentence once', () => {
  expect(['too many fields', 'is there a tab?', 'She naps.'].map(endSentence)).toEqual([
    'too many fields.',
    'is there a tab?',
    'She naps.',
  ]);
});
