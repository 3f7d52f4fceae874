/** The table of a run: what, cases, largest difference, bound; a failed row is marked and names its worst case. */
import Table from 'cli-table3';
import { passes, type Finding } from './comparison.js';

export interface ComparisonResult {
  readonly name: string;
  readonly findings: readonly Finding[];
  readonly seconds: number;
  /** How it broke off, or null. */
  readonly error: string | null;
}

export function renderTable(results: readonly ComparisonResult[]): string {
  const table = new Table({
    head: ['comparison', 'what', 'cases', 'largest difference', 'bound', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const { name, findings, error } of results) {
    for (const finding of findings) table.push([name, ...row(finding)]);
    if (error !== null || findings.length === 0) table.push([name, error ?? 'it compared nothing', '', '', '', 'FAILED']);
  }
  const times = results.map(({ name, seconds }) => `${name} ${seconds.toFixed(0)} s`).join(', ');
  return `\n${table.toString()}\n${times}\n`;
}

function row(finding: Finding): (string | number)[] {
  const { what, cases, difference, bound, worst } = finding;
  const good = passes(finding);
  return [good || worst === undefined ? what : `${what}: ${worst}`, cases, shown(difference), shown(bound), good ? 'ok' : 'FAILED'];
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toExponential(1);
}
