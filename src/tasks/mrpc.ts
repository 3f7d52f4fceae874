/**
 * MRPC: do two news sentences say the same? The label is the first column; in test that column is the index. GLUE's files are made from
 * the corpus's two by a list of the pairs that are dev (GLUE's download script, format_mrpc), and its own files are read so as well.
 */
import { HUB_SPLITS } from './hub.js';
import type { OfficialSplit, OfficialTask } from './types.js';

const texts = { 3: '#1 String', 4: '#2 String' };
const labelled: Omit<OfficialSplit, 'file'> = { header: { 0: 'Quality', ...texts }, textA: 3, textB: 4, label: 0, minFields: 5 };

const corpusRows: Omit<OfficialSplit, 'file'> = { ...labelled, header: { 0: 'Quality', 1: '#1 ID', 2: '#2 ID', ...texts } };
const devIds = { listFile: 'dev_ids.tsv', key: [1, 2] };

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
  corpusSplits: {
    train: { file: 'msr_paraphrase_train.txt', ...corpusRows, share: { ...devIds, listed: false } },
    dev: { file: 'msr_paraphrase_train.txt', ...corpusRows, share: { ...devIds, listed: true } },
    test: { file: 'msr_paraphrase_test.txt', ...corpusRows, label: null },
  },
  hub: {
    config: 'mrpc',
    textA: 'sentence1',
    textB: 'sentence2',
    labels: [
      ['not_equivalent', '0'],
      ['equivalent', '1'],
    ],
    splits: HUB_SPLITS,
  },
  metrics: ['f1', 'accuracy'],
  mainMetric: 'accuracy',
  symmetric: true,
  head: 'mrpc',
  dropsShortRows: false,
};
