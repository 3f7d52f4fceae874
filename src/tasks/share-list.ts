/** The list of the rows that make one split of a file that holds several (`RowShare`). */
import { dirname, join } from 'node:path';
import { BornAgainError } from '../util/errors.js';
import { readLines } from './lines.js';
import { fieldText, splitFields } from './row.js';
import type { RowShare } from './types.js';

export class ShareList {
  /** Keys whose row has not been met. */
  private readonly unmet: Set<string>;

  private constructor(
    private readonly path: string,
    private readonly keys: ReadonlySet<string>,
    private readonly share: RowShare,
  ) {
    this.unmet = new Set(keys);
  }

  /**
   * @param file whose rows it lists
   * @throws BornAgainError ERR_DATA_FORMAT for an empty list, ERR_IO
   */
  static async beside(file: string, share: RowShare): Promise<ShareList> {
    const path = join(dirname(file), share.listFile);
    const keys = new Set<string>();
    // A byte order mark is white space as well.
    for await (const lines of readLines(path)) for (const line of lines) keys.add(line.toString().trim());
    keys.delete('');
    if (keys.size === 0) throw listError(path, 'it lists no row', file);
    return new ShareList(path, keys, share);
  }

  /** Whether a row is one of the split's. A row too short to have the key is in none of the list. */
  has(row: Buffer): boolean {
    const fields = splitFields(row);
    const key = this.share.key.map((column) => fieldText(fields, column)).join('\t');
    this.unmet.delete(key);
    return this.keys.has(key) === this.share.listed;
  }

  /**
   * To be called after the file's last row: rows that a list of another file should have kept apart are in the wrong split.
   * @throws BornAgainError ERR_DATA_FORMAT where the file lacks a row of the list
   */
  requireAllMet(file: string): void {
    if (this.unmet.size === 0) return;
    const [first = ''] = this.unmet;
    throw listError(this.path, `${this.unmet.size} of the ${this.keys.size} rows it lists are not there, the first with '${first}'`, file);
  }
}

function listError(path: string, what: string, file: string): BornAgainError {
  const reason = `${what}. It tells the splits in ${file} apart: is it that file's list, with tabs between the ids?`;
  return new BornAgainError('ERR_DATA_FORMAT', `${path}: ${reason}`, { file: path, reason });
}
