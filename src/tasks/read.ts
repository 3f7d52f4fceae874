/**
 * The examples of one split, streamed from its official TSV file: memory does not grow with the file. Every data row has a number, bad
 * ones included, so an example keeps its id when rows before it are skipped or mended.
 */
import { BornAgainError } from '../util/errors.js';
import { checkHeader } from './header.js';
import { readLines } from './lines.js';
import { splitFormat, splitPath } from './locate.js';
import { ReadReport } from './read-report.js';
import type { RowFault } from './read-report.js';
import { parseRow } from './row.js';
import { withoutByteOrderMark } from './text.js';
import type { Example, SplitFormat, SplitName, TaskDefinition } from './types.js';

/** stop: the first malformed row is an error. skip: malformed rows are left out, counted and listed. */
export type BadRowPolicy = 'stop' | 'skip';

/** Iterate it once; `report` is complete when the iteration is. */
export interface ExampleStream extends AsyncIterable<Example> {
  readonly report: ReadReport;
}

/**
 * Opens a split. Missing files are reported here, malformed ones while iterating.
 * @throws BornAgainError ERR_DATA_MISSING; from the iteration ERR_DATA_FORMAT with file and line, ERR_IO
 */
export function readExamples(task: TaskDefinition, split: SplitName, dataDir: string, options: { badRows: BadRowPolicy }): ExampleStream {
  const report = new ReadReport(splitPath(task, split, dataDir));
  const examples = iterate(task, split, splitFormat(task, split), options.badRows, report);
  return { report, [Symbol.asyncIterator]: () => examples };
}

async function* iterate(
  task: TaskDefinition,
  split: SplitName,
  format: SplitFormat,
  badRows: BadRowPolicy,
  report: ReadReport,
): AsyncGenerator<Example, void> {
  const { file } = report;
  const headerLines = format.header === null ? 0 : 1;
  let fieldCount = format.minFields;
  let line = 0;
  for await (const lines of readLines(file)) {
    for (const raw of lines) {
      line += 1;
      const bytes = line === 1 ? withoutByteOrderMark(raw) : raw;
      if (line === 1 && format.header !== null) {
        fieldCount = checkHeader(file, format.header, format, bytes);
        continue;
      }
      const row = parseRow(task, format, fieldCount, bytes);
      if ('reason' in row) {
        leaveOut(task, badRows, report, { file, line, reason: row.reason }, row.missing);
        continue;
      }
      report.examples += 1;
      yield { id: `${split}-${line - 1 - headerLines}`, ...row };
    }
  }
  if (report.examples === 0) throw noExample(report, line);
}

/** Counts a bad row, or stops at it. */
function leaveOut(task: TaskDefinition, badRows: BadRowPolicy, report: ReadReport, fault: RowFault, missing: boolean): void {
  if (missing && task.dropsShortRows) report.knownOddities.add(fault);
  else if (badRows === 'skip') report.skipped.add(fault);
  else throw formatError(fault, 'Mend the row, or skip bad rows (--skip-bad-rows) to have them left out, counted and listed');
}

function noExample(report: ReadReport, lines: number): BornAgainError {
  const first = report.skipped.rows[0] ?? report.knownOddities.rows[0];
  const bad = report.skipped.count + report.knownOddities.count;
  if (first !== undefined) return formatError(first, `None of the file's ${bad} rows is usable`);
  return formatError({
    file: report.file,
    line: Math.max(1, lines),
    reason: lines === 0 ? 'the file is empty' : 'the file ends after its header',
  });
}

function formatError(fault: RowFault, advice = 'Is the download complete?'): BornAgainError {
  return new BornAgainError('ERR_DATA_FORMAT', `${fault.file}:${fault.line}: ${fault.reason}. ${advice}`, { ...fault });
}
