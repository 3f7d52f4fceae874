/** SST-2: is this film review, or phrase of one, positive? Only test has an index column, so the text moves from column 0 to 1 there. */
import { HUB_SPLITS } from './hub.js';
import type { OfficialSplit, OfficialTask } from './types.js';

const labelled: Omit<OfficialSplit, 'file'> = { header: { 0: 'sentence', 1: 'label' }, textA: 0, textB: null, label: 1, minFields: 2 };

export const sst2: OfficialTask = {
  name: 'sst2',
  title: 'SST-2',
  kind: 'classification',
  texts: 1,
  labels: ['0', '1'],
  scoreRange: null,
  folder: 'SST-2',
  splits: {
    train: { file: 'train.tsv', ...labelled },
    dev: { file: 'dev.tsv', ...labelled },
    test: { file: 'test.tsv', header: { 1: 'sentence' }, textA: 1, textB: null, label: null, minFields: 2 },
  },
  hub: {
    config: 'sst2',
    textA: 'sentence',
    textB: null,
    labels: [
      ['negative', '0'],
      ['positive', '1'],
    ],
    splits: HUB_SPLITS,
  },
  metrics: ['accuracy'],
  mainMetric: 'accuracy',
  symmetric: false,
  head: 'sst2',
  dropsShortRows: false,
};
