/** QNLI: does the sentence answer the question? Some texts hold a lone quotation mark, which is text. */
import { HUB_SPLITS } from './hub.js';
import type { OfficialSplit, OfficialTask } from './types.js';

const texts = { 1: 'question', 2: 'sentence' };
const labelled: Omit<OfficialSplit, 'file'> = { header: { ...texts, 3: 'label' }, textA: 1, textB: 2, label: 3, minFields: 4 };

export const qnli: OfficialTask = {
  name: 'qnli',
  title: 'QNLI',
  kind: 'classification',
  texts: 2,
  labels: ['entailment', 'not_entailment'],
  scoreRange: null,
  folder: 'QNLI',
  splits: {
    train: { file: 'train.tsv', ...labelled },
    dev: { file: 'dev.tsv', ...labelled },
    test: { file: 'test.tsv', header: texts, textA: 1, textB: 2, label: null, minFields: 3 },
  },
  hub: {
    config: 'qnli',
    textA: 'question',
    textB: 'sentence',
    labels: [
      ['entailment', 'entailment'],
      ['not_entailment', 'not_entailment'],
    ],
    splits: HUB_SPLITS,
  },
  metrics: ['accuracy'],
  mainMetric: 'accuracy',
  symmetric: false,
  head: 'qnli',
  dropsShortRows: false,
};
