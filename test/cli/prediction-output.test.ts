/** The line that each prediction becomes; DESIGN's `predict` is an interface that other programs read. */
import { expect, it } from 'vitest';
import { formatPrediction } from '../../src/cli/prediction-output.js';
import type { Prediction } from '../../src/train/predictor.js';

const CLASS: Prediction = {
  label: 'entailment',
  score: null,
  probabilities: [Math.fround(0.9), Math.fround(0.1)],
  logits: [Math.fround(1.1), Math.fround(-1.1)],
};
const SCORE: Prediction = { label: null, score: 5 * Math.fround(0.3), probabilities: [], logits: [Math.fround(0.3)] };

it('is the label and the probabilities, or the raw logits, with the digits that float32 has', () => {
  expect(formatPrediction(CLASS, 'probabilities')).toBe('entailment\t0.9\t0.1');
  expect(formatPrediction(CLASS, 'logits')).toBe('entailment\t1.1\t-1.1');
});

it('is the raw score alone for regression, or with the scaled one', () => {
  expect(formatPrediction(SCORE, 'probabilities')).toBe('1.5');
  expect(formatPrediction(SCORE, 'logits')).toBe('1.5\t0.3');
});

it('is an object with everything as JSON', () => {
  expect(JSON.parse(formatPrediction(SCORE, 'json'))).toEqual(SCORE);
});
