/** CoLA: is this sentence acceptable English? Train and dev have no header (the literature's judgement mark is column 2); test has one. */
import { HUB_SPLITS } from './hub.js';
import type { OfficialSplit, OfficialTask } from './types.js';

const labelled: Omit<OfficialSplit, 'file'> = { header: null, textA: 3, textB: null, label: 1, minFields: 4 };

export const cola: OfficialTask = {
  name: 'cola',
  title: 'CoLA',
  kind: 'classification',
  texts: 1,
  labels: ['0', '1'],
  scoreRange: null,
  folder: 'CoLA',
  splits: {
    train: { file: 'train.tsv', ...labelled },
    dev: { file: 'dev.tsv', ...labelled },
    test: { file: 'test.tsv', header: { 1: 'sentence' }, textA: 1, textB: null, label: null, minFields: 2 },
  },
  hub: {
    config: 'cola',
    textA: 'sentence',
    textB: null,
    labels: [
      ['unacceptable', '0'],
      ['acceptable', '1'],
    ],
    splits: HUB_SPLITS,
  },
  metrics: ['matthews'],
  mainMetric: 'matthews',
  symmetric: false,
  head: 'cola',
  dropsShortRows: false,
};
