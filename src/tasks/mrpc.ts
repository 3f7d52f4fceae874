/** MRPC: do two news sentences say the same? The label is the first column; in test that column is the index. */
import type { OfficialSplit, OfficialTask } from './types.js';

const texts = { 3: '#1 String', 4: '#2 String' };
const labelled: Omit<OfficialSplit, 'file'> = { header: { 0: 'Quality', ...texts }, textA: 3, textB: 4, label: 0, minFields: 5 };

export const mrpc: OfficialTask = {
  name: 'mrpc',
  title: 'MRPC',
  kind: 'classification',
  texts: 2,
  labels: ['0', '1'],
  scoreRange: null,
  folder: 'MRPC',
  splits: {
    train: { file: 'train.tsv', ...labelled },
    dev: { file: 'dev.tsv', ...labelled },
    test: { file: 'test.tsv', header: { 0: 'index', ...texts }, textA: 3, textB: 4, label: null, minFields: 5 },
  },
  metrics: ['f1', 'accuracy'],
  mainMetric: 'accuracy',
  symmetric: true,
  head: 'mrpc',
  dropsShortRows: false,
};
