/** The output of `predict`: one line per example, in the order of the input, to stdout as it comes or to a file that is there whole or not at all. */
import type { Prediction } from '../train/predictor.js';
import { writeStreamAtomic, type WriteChunk } from '../util/atomic-file.js';
import { writeStdout } from './output.js';

export type PredictionFormat = 'probabilities' | 'logits' | 'json';

/** float32 has about seven decimal digits; more would be noise. */
const DIGITS = 7;

/**
 * `entailment⇥0.91⇥0.09`: label or raw score, then probabilities in the order of the task's labels (none for regression), or raw logits.
 * As JSON: an object with everything.
 */
export function formatPrediction(prediction: Prediction, format: PredictionFormat): string {
  if (format === 'json') return JSON.stringify(prediction);
  const { label, score, probabilities, logits } = prediction;
  const answer = label ?? (score === null ? '' : shortest(score));
  return [answer, ...(format === 'logits' ? logits : probabilities).map(shortest)].join('\t');
}

function shortest(value: number): string {
  return String(Number(value.toPrecision(DIGITS)));
}

/**
 * Hands `produce` what writes to `file`, or to stdout without one.
 * @throws BornAgainError ERR_IO; whatever `produce` throws
 */
export async function writeOutput(file: string | undefined, produce: (write: WriteChunk) => Promise<void>): Promise<void> {
  if (file === undefined) await produce(writeStdout);
  else await writeStreamAtomic(file, produce);
}
