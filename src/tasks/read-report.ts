/** What was left out while a file was read. Counts are exact; the lists are bounded, so that a file of bad rows cannot fill memory. */

/** Lists hold no more rows than this. */
export const MAX_LISTED_ROWS = 1000;

export interface RowFault {
  readonly file: string;
  /** Line of the file, from 1, the header included; the row where a format has no lines (Parquet, Arrow). */
  readonly line: number;
  readonly reason: string;
}

export class FaultList {
  count = 0;
  readonly rows: RowFault[] = [];

  add(fault: RowFault): void {
    this.count += 1;
    if (this.rows.length < MAX_LISTED_ROWS) this.rows.push(fault);
  }
}

export class ReadReport {
  /** Examples handed out so far. */
  examples = 0;
  /** Of the split's files, read so far; about right for Parquet and Arrow. */
  bytes = 0;
  /** Malformed rows left out because the policy is `skip`. */
  readonly skipped = new FaultList();
  /** Rows left out under either policy because the official file is known to hold them (QQP's rows with missing fields). */
  readonly knownOddities = new FaultList();

  constructor(
    /** The split's file, or the folder of its shards. */
    readonly file: string,
    /** Size of all of them. */
    readonly totalBytes: number,
  ) {}
}
