/**
 * STS-B: how similar are two sentences, from 0 to 5? The one regression task; its label is the last column. Its place in the average
 * is Spearman's correlation, as in ELECTRA's Table 2, which quotes BAM's runs.
 */
import { HUB_SPLITS } from './hub.js';
import type { OfficialSplit, OfficialTask } from './types.js';

const texts = { 7: 'sentence1', 8: 'sentence2' };
const labelled: Omit<OfficialSplit, 'file'> = { header: { ...texts, [-1]: 'score' }, textA: 7, textB: 8, label: -1, minFields: 10 };

export const stsb: OfficialTask = {
  name: 'stsb',
  title: 'STS-B',
  kind: 'regression',
  texts: 2,
  labels: [],
  scoreRange: [0, 5],
  folder: 'STS-B',
  splits: {
    train: { file: 'train.tsv', ...labelled },
    dev: { file: 'dev.tsv', ...labelled },
    test: { file: 'test.tsv', header: texts, textA: 7, textB: 8, label: null, minFields: 9 },
  },
  hub: {
    config: 'stsb',
    textA: 'sentence1',
    textB: 'sentence2',
    labels: [],
    splits: HUB_SPLITS,
  },
  metrics: ['pearson', 'spearman'],
  mainMetric: 'spearman',
  symmetric: true,
  head: 'stsb',
  dropsShortRows: false,
};
