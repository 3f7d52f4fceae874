/**
 * The examples of one split, streamed from its files: memory does not grow with them. Every data row has a number, bad
 * ones included, so an example keeps its id when rows before it are skipped or mended.
 */
import { sum } from 'simple-statistics';
import { BornAgainError } from '../util/errors.js';
import { endSentence } from '../util/format.js';
import type { OnBytes } from './lines.js';
import { statsOf } from './listing.js';
import { locateSplit, type SplitSource } from './locate.js';
import { readNamedRows } from './named.js';
import { readOfficialRows } from './official.js';
import { ReadReport } from './read-report.js';
import type { RowFault } from './read-report.js';
import type { ParsedRow } from './row.js';
import type { Example, SplitName, TaskDefinition } from './types.js';

/** stop: the first malformed row is an error. skip: malformed rows are left out, counted and listed. */
export type BadRowPolicy = 'stop' | 'skip';

/** Iterate it once; `report` is complete when the iteration is. */
export interface ExampleStream extends AsyncIterable<Example> {
  readonly report: ReadReport;
}

/**
 * Opens a split. Missing files are reported here, malformed ones while iterating.
 * @throws BornAgainError ERR_DATA_MISSING, ERR_IO; from the iteration ERR_DATA_FORMAT with file and line, ERR_IO
 */
export function readExamples(task: TaskDefinition, split: SplitName, dataDir: string, options: { badRows: BadRowPolicy }): ExampleStream {
  const source = locateSplit(task, split, dataDir);
  // A file that has gone meanwhile is told of when it is opened.
  const report = new ReadReport(source.name, sum(source.files.map((file) => statsOf(file)?.size ?? 0)));
  const examples = iterate(task, split, source, options.badRows, report);
  return { report, [Symbol.asyncIterator]: () => examples };
}

async function* iterate(
  task: TaskDefinition,
  split: SplitName,
  source: SplitSource,
  badRows: BadRowPolicy,
  report: ReadReport,
): AsyncGenerator<Example, void> {
  let row = 0;
  const onBytes: OnBytes = (bytes) => {
    report.bytes += bytes;
  };
  for (const file of source.files) {
    for await (const rows of parsedRows(task, source.format, file, onBytes)) {
      for (const { line, content } of rows) {
        const id = `${split}-${row}`;
        row += 1;
        if ('reason' in content) {
          leaveOut(task, badRows, report, { file, line, reason: content.reason }, content.missing);
          continue;
        }
        report.examples += 1;
        yield { id, ...content };
      }
    }
  }
  if (report.examples === 0) throw noExample(report, source.files[0]);
}

function parsedRows(task: TaskDefinition, format: SplitSource['format'], file: string, onBytes: OnBytes): AsyncGenerator<ParsedRow[]> {
  return 'header' in format ? readOfficialRows(task, format, file, onBytes) : readNamedRows(task, format, file, onBytes);
}

/** Counts a bad row, or stops at it. */
function leaveOut(task: TaskDefinition, badRows: BadRowPolicy, report: ReadReport, fault: RowFault, missing: boolean): void {
  if (missing && task.dropsShortRows) report.knownOddities.add(fault);
  else if (badRows === 'skip') report.skipped.add(fault);
  else throw formatError(fault, 'Mend the row, or skip bad rows (--skip-bad-rows) to have them left out, counted and listed');
}

function noExample(report: ReadReport, file: string): BornAgainError {
  const first = report.skipped.rows[0] ?? report.knownOddities.rows[0];
  const bad = report.skipped.count + report.knownOddities.count;
  if (first !== undefined) return formatError(first, `None of the file's ${bad} rows is usable`);
  const reason = report.totalBytes === 0 ? 'the file is empty' : 'the file ends after its header';
  return formatError({ file, line: 1, reason });
}

function formatError(fault: RowFault, advice = 'Is the download complete?'): BornAgainError {
  return new BornAgainError('ERR_DATA_FORMAT', `${fault.file}:${fault.line}: ${endSentence(fault.reason)} ${advice}`, { ...fault });
}
