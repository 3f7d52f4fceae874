/** Rows of a file of GLUE's own, or of the corpus it is made from: tab-separated, no quoting, columns by number. */
import { checkHeader } from './header.js';
import { readLines, type OnBytes } from './lines.js';
import { parseRow, type ParsedRow } from './row.js';
import { ShareList } from './share-list.js';
import { withoutByteOrderMark } from './text.js';
import type { OfficialSplit, TaskDefinition } from './types.js';

/** Each data row in order, faulty ones too. Throws ERR_DATA_FORMAT for another header and for another file's list, ERR_IO. */
export async function* readOfficialRows(
  task: TaskDefinition,
  format: OfficialSplit,
  file: string,
  onBytes?: OnBytes,
): AsyncGenerator<ParsedRow[]> {
  const share = format.share === undefined ? null : await ShareList.beside(file, format.share);
  let fieldCount = format.minFields;
  let line = 0;
  for await (const lines of readLines(file, onBytes)) {
    const rows: ParsedRow[] = [];
    for (const raw of lines) {
      line += 1;
      const bytes = line === 1 ? withoutByteOrderMark(raw) : raw;
      if (line === 1 && format.header !== null) fieldCount = checkHeader(file, format.header, format, bytes);
      else if (share?.has(bytes) ?? true) rows.push({ line, content: parseRow(task, format, fieldCount, bytes) });
    }
    yield rows;
  }
  share?.requireAllMet(file);
}
