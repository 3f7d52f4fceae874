/** WNLI: does the sentence with its pronoun resolved follow? Labels are '0' and '1', not RTE's words. BAM neither trains nor averages it. */
import { HUB_SPLITS } from './hub.js';
import type { OfficialSplit, OfficialTask } from './types.js';

const texts = { 1: 'sentence1', 2: 'sentence2' };
const labelled: Omit<OfficialSplit, 'file'> = { header: { ...texts, 3: 'label' }, textA: 1, textB: 2, label: 3, minFields: 4 };

export const wnli: OfficialTask = {
  name: 'wnli',
  title: 'WNLI',
  kind: 'classification',
  texts: 2,
  labels: ['0', '1'],
  scoreRange: null,
  folder: 'WNLI',
  splits: {
    train: { file: 'train.tsv', ...labelled },
    dev: { file: 'dev.tsv', ...labelled },
    test: { file: 'test.tsv', header: texts, textA: 1, textB: 2, label: null, minFields: 3 },
  },
  hub: {
    config: 'wnli',
    textA: 'sentence1',
    textB: 'sentence2',
    labels: [
      ['not_entailment', '0'],
      ['entailment', '1'],
    ],
    splits: HUB_SPLITS,
  },
  metrics: ['accuracy'],
  mainMetric: 'accuracy',
  symmetric: false,
  head: 'wnli',
  dropsShortRows: false,
};
