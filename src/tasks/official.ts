/** Rows of a file of GLUE's own: tab-separated, no quoting, columns by number. */
import { checkHeader } from './header.js';
import { readLines } from './lines.js';
import { parseRow, type ParsedRow } from './row.js';
import { withoutByteOrderMark } from './text.js';
import type { OfficialSplit, TaskDefinition } from './types.js';

/** Each data row in order, faulty ones too. Throws ERR_DATA_FORMAT for another header, ERR_IO. */
export async function* readOfficialRows(task: TaskDefinition, format: OfficialSplit, file: string): AsyncGenerator<ParsedRow[]> {
  let fieldCount = format.minFields;
  let line = 0;
  for await (const lines of readLines(file)) {
    const rows: ParsedRow[] = [];
    for (const raw of lines) {
      line += 1;
      const bytes = line === 1 ? withoutByteOrderMark(raw) : raw;
      if (line === 1 && format.header !== null) fieldCount = checkHeader(file, format.header, format, bytes);
      else rows.push({ line, content: parseRow(task, format, fieldCount, bytes) });
    }
    yield rows;
  }
}
