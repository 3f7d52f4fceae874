/** MRPC: do two news sentences say the same? The label is the first column; in test that column is the index. */
import type { SplitFormat, TaskDefinition } from './types.js';

const texts = { 3: '#1 String', 4: '#2 String' };
const labelled: Omit<SplitFormat, 'file'> = { header: { 0: 'Quality', ...texts }, textA: 3, textB: 4, label: 0, minFields: 5 };

export const mrpc: TaskDefinition = {
  name: 'mrpc',
  title: 'MRPC',
  kind: 'classification',
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
