/** RTE: does the first text entail the second? GLUE's smallest task but WNLI; two classes, unlike MNLI. */
import { HUB_SPLITS } from './hub.js';
import type { OfficialSplit, OfficialTask } from './types.js';

const texts = { 1: 'sentence1', 2: 'sentence2' };
const labelled: Omit<OfficialSplit, 'file'> = { header: { ...texts, 3: 'label' }, textA: 1, textB: 2, label: 3, minFields: 4 };

export const rte: OfficialTask = {
  name: 'rte',
  title: 'RTE',
  kind: 'classification',
  texts: 2,
  labels: ['entailment', 'not_entailment'],
  scoreRange: null,
  folder: 'RTE',
  splits: {
    train: { file: 'train.tsv', ...labelled },
    dev: { file: 'dev.tsv', ...labelled },
    test: { file: 'test.tsv', header: texts, textA: 1, textB: 2, label: null, minFields: 3 },
  },
  hub: {
    config: 'rte',
    textA: 'sentence1',
    textB: 'sentence2',
    labels: [
      ['entailment', 'entailment'],
      ['not_entailment', 'not_entailment'],
    ],
    splits: HUB_SPLITS,
  },
  metrics: ['accuracy'],
  mainMetric: 'accuracy',
  symmetric: false,
  head: 'rte',
  dropsShortRows: false,
};
