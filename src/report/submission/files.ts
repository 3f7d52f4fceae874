/** What GLUE's leaderboard takes: a flat zip of eleven tab-separated files, each with the header below and a row for each test example. */
import { taskByName } from '../../tasks/index.js';
import type { SplitName, OfficialTask } from '../../tasks/types.js';

export const HEADER = 'index\tprediction';

export interface SubmissionFile {
  readonly file: string;
  readonly task: OfficialTask;
  readonly split: SplitName;
  /** Rows of the official test set (docs/paper.md section 5, the data set's card). */
  readonly officialRows: number;
}

const entry = (file: string, task: string, split: SplitName, officialRows: number): SubmissionFile => ({
  file,
  task: taskByName(task),
  split,
  officialRows,
});

/** In GLUE's order. The server wants all of them. */
export const SUBMISSION_FILES: readonly SubmissionFile[] = [
  entry('CoLA.tsv', 'cola', 'test', 1063),
  entry('SST-2.tsv', 'sst2', 'test', 1821),
  entry('MRPC.tsv', 'mrpc', 'test', 1725),
  entry('STS-B.tsv', 'stsb', 'test', 1379),
  entry('QQP.tsv', 'qqp', 'test', 390_965),
  entry('MNLI-m.tsv', 'mnli', 'test', 9796),
  entry('MNLI-mm.tsv', 'mnli', 'test_mismatched', 9847),
  entry('QNLI.tsv', 'qnli', 'test', 5463),
  entry('RTE.tsv', 'rte', 'test', 3000),
  entry('WNLI.tsv', 'wnli', 'test', 146),
  entry('AX.tsv', 'ax', 'test', 1104),
];
