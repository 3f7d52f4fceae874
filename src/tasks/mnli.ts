/**
 * MNLI: does the premise entail the hypothesis? The gold label is the last of 12 columns in train and of 16 in dev, where five
 * annotators' labels stand before it. The order of the labels is the reference code's;
 * Hugging Face's integers have another one.
 */
import type { OfficialSplit, OfficialTask } from './types.js';

const texts = { 8: 'sentence1', 9: 'sentence2' };
const labelled: Omit<OfficialSplit, 'file' | 'minFields'> = { header: { ...texts, [-1]: 'gold_label' }, textA: 8, textB: 9, label: -1 };
const unlabelled: Omit<OfficialSplit, 'file'> = { header: texts, textA: 8, textB: 9, label: null, minFields: 10 };

export const mnli: OfficialTask = {
  name: 'mnli',
  title: 'MNLI',
  kind: 'classification',
  texts: 2,
  labels: ['contradiction', 'entailment', 'neutral'],
  scoreRange: null,
  folder: 'MNLI',
  splits: {
    train: { file: 'train.tsv', ...labelled, minFields: 12 },
    dev: { file: 'dev_matched.tsv', ...labelled, minFields: 16 },
    dev_mismatched: { file: 'dev_mismatched.tsv', ...labelled, minFields: 16 },
    test: { file: 'test_matched.tsv', ...unlabelled },
    test_mismatched: { file: 'test_mismatched.tsv', ...unlabelled },
  },
  hub: {
    config: 'mnli',
    textA: 'premise',
    textB: 'hypothesis',
    labels: [
      ['entailment', 'entailment'],
      ['neutral', 'neutral'],
      ['contradiction', 'contradiction'],
    ],
    splits: {
      train: 'train',
      dev: 'validation_matched',
      dev_mismatched: 'validation_mismatched',
      test: 'test_matched',
      test_mismatched: 'test_mismatched',
    },
  },
  metrics: ['accuracy'],
  mainMetric: 'accuracy',
  symmetric: false,
  head: 'mnli',
  dropsShortRows: false,
};
