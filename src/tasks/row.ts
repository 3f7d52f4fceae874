/**
 * One data line to an example's content, or to the reason why not. Lines are split at tabs and nothing else: a lone `"` is text. Fields
 * are decoded one by one, because a slice of a decoded line would keep the whole line (MNLI's parse trees) in memory with the text.
 */
import { parseLabel } from './labels.js';
import { textFault } from './text.js';
import type { Example, OfficialSplit, TaskDefinition } from './types.js';

const TAB = 0x09;

export type RowContent = Omit<Example, 'id'>;

/** `missing`: a field is absent or a text is empty, the oddity that `TaskDefinition.dropsShortRows` lets pass. */
export interface RowRejection {
  readonly reason: string;
  readonly missing: boolean;
}

/** One data row of a file, whichever its format. */
export interface ParsedRow {
  readonly line: number;
  readonly content: RowContent | RowRejection;
}

/** The line's fields as views of its bytes. */
export function splitFields(line: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  let start = 0;
  for (let tab = line.indexOf(TAB); tab >= 0; tab = line.indexOf(TAB, start)) {
    fields.push(line.subarray(start, tab));
    start = tab + 1;
  }
  fields.push(line.subarray(start));
  return fields;
}

/** Text of a field; negative columns count from the end. Empty where there is no such column. */
export function fieldText(fields: readonly Buffer[], column: number): string {
  return fields.at(column)?.toString('utf8') ?? '';
}

/** @param fieldCount how many fields each row of this file has: the header's, or the format's where there is no header */
export function parseRow(task: TaskDefinition, format: OfficialSplit, fieldCount: number, line: Buffer): RowContent | RowRejection {
  const fault = textFault(line);
  if (fault !== null) return { reason: fault, missing: false };
  if (line.length === 0) return { reason: 'the line is blank', missing: true };
  const fields = splitFields(line);
  if (fields.length < fieldCount) return { reason: `too few fields: ${fields.length} where ${fieldCount} are expected`, missing: true };
  if (fields.length > fieldCount) {
    return { reason: `too many fields: ${fields.length} where ${fieldCount} are expected; is there a tab inside a text?`, missing: false };
  }
  return parseFields(task, format, fields);
}

function parseFields(task: TaskDefinition, format: OfficialSplit, fields: readonly Buffer[]): RowContent | RowRejection {
  const textA = fieldText(fields, format.textA);
  if (textA.trim() === '') return emptyText(format, format.textA);
  const textB = format.textB === null ? null : fieldText(fields, format.textB);
  if (format.textB !== null && textB?.trim() === '') return emptyText(format, format.textB);
  if (format.label === null) return { textA, textB, label: null };
  const label = parseLabel(task, fieldText(fields, format.label));
  return typeof label === 'string' ? { reason: label, missing: false } : { textA, textB, label };
}

function emptyText(format: OfficialSplit, column: number): RowRejection {
  const name = format.header?.[column] ?? 'sentence';
  return { reason: `empty sentence: '${name}' (column ${column + 1}) has no text`, missing: true };
}
