/** Small files of rows, written and read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RowFormat } from '../../../src/config/custom-tasks.js';
import { readRows, type Row, type RowOptions, type UnreadableRow } from '../../../src/tasks/rows/index.js';

/** The rows of a file `rows.<format>` with that content, its columns `text` and `label`. */
export async function readContent(content: string | Buffer, format: RowFormat, options?: RowOptions): Promise<(Row | UnreadableRow)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bornagain-rows-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, `rows.${format}`);
  writeFileSync(file, content);
  const all: (readonly (Row | UnreadableRow)[])[] = [];
  for await (const rows of readRows(file, format, ['text', 'label'], options)) all.push(rows);
  return all.flat();
}
