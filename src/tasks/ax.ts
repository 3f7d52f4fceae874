/** AX, GLUE's diagnostic: test only, predicted with MNLI's head and MNLI's labels. Its official folder is called `diagnostic`. */
import { mnli } from './mnli.js';
import type { OfficialTask } from './types.js';

export const ax: OfficialTask = {
  name: 'ax',
  title: 'AX',
  kind: 'classification',
  texts: 2,
  labels: mnli.labels,
  scoreRange: null,
  folder: 'diagnostic',
  splits: {
    test: { file: 'diagnostic.tsv', header: { 1: 'sentence1', 2: 'sentence2' }, textA: 1, textB: 2, label: null, minFields: 3 },
  },
  hub: { ...mnli.hub, config: 'ax', splits: { test: 'test' } },
  metrics: ['matthews'],
  mainMetric: 'matthews',
  symmetric: false,
  head: mnli.name,
  dropsShortRows: false,
};
