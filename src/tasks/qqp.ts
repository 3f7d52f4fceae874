/**
 * QQP: do two questions ask the same? Its official train file was cut at line ends inside questions, which leaves rows with missing
 * fields, and holds two rows with an empty question (huggingface/datasets#277): they are dropped and counted, not refused.
 */
import { HUB_SPLITS } from './hub.js';
import type { OfficialSplit, OfficialTask } from './types.js';

const labelled: Omit<OfficialSplit, 'file'> = {
  header: { 3: 'question1', 4: 'question2', 5: 'is_duplicate' },
  textA: 3,
  textB: 4,
  label: 5,
  minFields: 6,
};

export const qqp: OfficialTask = {
  name: 'qqp',
  title: 'QQP',
  kind: 'classification',
  texts: 2,
  labels: ['0', '1'],
  scoreRange: null,
  folder: 'QQP',
  splits: {
    train: { file: 'train.tsv', ...labelled },
    dev: { file: 'dev.tsv', ...labelled },
    test: { file: 'test.tsv', header: { 1: 'question1', 2: 'question2' }, textA: 1, textB: 2, label: null, minFields: 3 },
  },
  hub: {
    config: 'qqp',
    textA: 'question1',
    textB: 'question2',
    labels: [
      ['not_duplicate', '0'],
      ['duplicate', '1'],
    ],
    splits: HUB_SPLITS,
  },
  metrics: ['f1', 'accuracy'],
  mainMetric: 'accuracy',
  symmetric: false,
  head: 'qqp',
  dropsShortRows: true,
};
