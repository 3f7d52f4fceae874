/** What a task is: a small value that owns its files, columns, labels, kind of head and metrics. */
import type { RowFormat } from '../config/custom-tasks.js';
import type { MetricName } from '../metrics/types.js';

export type TaskKind = 'classification' | 'regression';

/** MNLI's `dev` and `test` are the matched sets. AX has only `test`. */
export type SplitName = 'train' | 'dev' | 'dev_mismatched' | 'test' | 'test_mismatched';

/** One example as it stands in a data file, before tokenising. */
export interface Example {
  /** Unique within task and split and stable between runs: `<split>-<row>`, row counted from 0 after the header. */
  readonly id: string;
  readonly textA: string;
  readonly textB: string | null;
  /** Class index into `TaskDefinition.labels`, or the score scaled to [0, 1] for regression; null where the split has no labels. */
  readonly label: number | null;
}

/** One split's file as GLUE has it, columns by number. Negative ones count from the end (MNLI and STS-B keep the label last). */
export interface OfficialSplit {
  readonly file: string;
  /**
   * Expected names of the columns used, by column number (`[-1]` for the last), or null for a file without a header (CoLA's train and
   * dev). A row must have as many fields as the header, or `minFields` where there is none: one more means a tab inside a text.
   */
  readonly header: Readonly<Record<number, string>> | null;
  readonly textA: number;
  readonly textB: number | null;
  readonly label: number | null;
  /** A row with fewer fields than this is malformed. */
  readonly minFields: number;
  /** Where the file holds another split's rows too. */
  readonly share?: RowShare;
}

/** The rows of a file that make one split of several, told apart by a list beside it: tab-separated values of the key columns, each in the file. */
export interface RowShare {
  readonly listFile: string;
  /** Columns of the file that the list's lines stand for. */
  readonly key: readonly number[];
  /** Whether the listed rows are this split's, or the others. */
  readonly listed: boolean;
}

/** How rows with columns by name become examples. */
export interface NamedColumns {
  readonly format: RowFormat;
  /** CSV: the character between two fields, where it is not a comma. */
  readonly delimiter?: string;
  readonly textA: string;
  readonly textB: string | null;
  /** null where the split has no labels. */
  readonly label: string | null;
  /** What the label column's integers, or its names, stand for; empty where labels stand as they are. */
  readonly classes: readonly HubClass[];
}

/** One split's file of a task out of the configuration. */
export interface NamedSplit extends NamedColumns {
  /** Relative to the data folder. */
  readonly file: string;
}

export type SplitFormat = OfficialSplit | NamedSplit;

/** A class as the hub names it, and the task's label for it. */
export type HubClass = readonly [name: string, label: string];

/** The task in Hugging Face's `glue` data set, where columns have names, labels are integers and dev is called validation. */
export interface HubTask {
  readonly config: string;
  readonly textA: string;
  readonly textB: string | null;
  /** By integer; the order is that data set's, not this task's. Empty for scores, which stand as they are. */
  readonly labels: readonly HubClass[];
  /** Its name of each split. */
  readonly splits: Readonly<Partial<Record<SplitName, string>>>;
}

export interface TaskDefinition {
  /** Name on the command line and in results.json, lower case: `mnli`. */
  readonly name: string;
  /** Name to print: `MNLI`. */
  readonly title: string;
  readonly kind: TaskKind;
  /** Texts of an example. */
  readonly texts: 1 | 2;
  /** Label names in class-index order; empty for regression. */
  readonly labels: readonly string[];
  /** Raw score range that is scaled to [0, 1]; null for classification. */
  readonly scoreRange: readonly [number, number] | null;
  /** The official folder below the data directory: `MNLI`; null for a task out of the configuration, whose files say it themselves. */
  readonly folder: string | null;
  readonly splits: Readonly<Partial<Record<SplitName, SplitFormat>>>;
  /** The same splits in the files of the corpus that the official ones are made from, where people have those instead (MRPC). */
  readonly corpusSplits?: Readonly<Partial<Record<SplitName, OfficialSplit>>>;
  /** The same in Hugging Face's `glue` data set; null for a task out of the configuration. */
  readonly hub: HubTask | null;
  /** Everything reported; `mainMetric` stands for the task in averages (BAM's choice). */
  readonly metrics: readonly MetricName[];
  readonly mainMetric: MetricName;
  /** The order of the two texts carries no meaning (MRPC, STS-B): both orders may be trained on. */
  readonly symmetric: boolean;
  /** Name of the task whose head predicts this one: its own name, or `mnli` for AX. */
  readonly head: string;
  /**
   * Rows with a missing field (too few fields, or an empty text) are a known oddity of the official file (QQP): they are dropped,
   * counted and reported, never an error.
   */
  readonly dropsShortRows: boolean;
}

/** One of GLUE's, whose files are its official ones. */
export interface OfficialTask extends TaskDefinition {
  readonly folder: string;
  readonly hub: HubTask;
  readonly splits: Readonly<Partial<Record<SplitName, OfficialSplit>>>;
}
