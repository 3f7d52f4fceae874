/** Rows of a file of GLUE's own, or of the corpus it is made from: tab-separated, no quoting, columns by number. */
import { dirname, join } from 'node:path';
import { checkHeader } from './header.js';
import { readLines, type OnBytes } from './lines.js';
import { fieldText, parseRow, splitFields, type ParsedRow } from './row.js';
import { withoutByteOrderMark } from './text.js';
import type { OfficialSplit, RowShare, TaskDefinition } from './types.js';

/** Each data row in order, faulty ones too. Throws ERR_DATA_FORMAT for another header, ERR_IO. */
export async function* readOfficialRows(
  task: TaskDefinition,
  format: OfficialSplit,
  file: string,
  onBytes?: OnBytes,
): AsyncGenerator<ParsedRow[]> {
  const isOwn = format.share === undefined ? () => true : await ownRows(format.share, dirname(file));
  let fieldCount = format.minFields;
  let line = 0;
  for await (const lines of readLines(file, onBytes)) {
    const rows: ParsedRow[] = [];
    for (const raw of lines) {
      line += 1;
      const bytes = line === 1 ? withoutByteOrderMark(raw) : raw;
      if (line === 1 && format.header !== null) fieldCount = checkHeader(file, format.header, format, bytes);
      else if (isOwn(bytes)) rows.push({ line, content: parseRow(task, format, fieldCount, bytes) });
    }
    yield rows;
  }
}

/** Whether a row is one of the split's. A row too short to have the key is in none of the list. */
async function ownRows({ listFile, key, listed }: RowShare, folder: string): Promise<(row: Buffer) => boolean> {
  const keys = new Set<string>();
  for await (const lines of readLines(join(folder, listFile))) for (const line of lines) keys.add(withoutByteOrderMark(line).toString());
  return (row) => {
    const fields = splitFields(row);
    return keys.has(key.map((column) => fieldText(fields, column)).join('\t')) === listed;
  };
}
