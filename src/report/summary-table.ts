/**
 * The table that a run ends with: task x arm, median and standard deviation over seeds. The only place where scores are times 100, and
 * it says so; results.json holds fractions.
 */
import Table from 'cli-table3';
import type { ArmSummary, Spread } from '../experiment/summary.js';
import type { Baselines } from './baselines.js';
import { summaryRows, type SummaryOptions, type SummaryRow } from './summary-rows.js';

const NONE = '-';

export function renderSummaryTable(summary: readonly ArmSummary[], baselines: Baselines | null, options: SummaryOptions): string {
  const { tasks, average } = summaryRows(summary, baselines, options);
  const baselineHeads = baselines === null ? [] : ['majority', 'bag of words'];
  const head = ['task', 'metric', ...baselineHeads, ...summary.map(({ arm, n }) => `${arm}\nn = ${n}`)];
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column < 2 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  const cells = (row: SummaryRow): string[] => cellsOf(row, baselines !== null);
  table.push(...tasks.map(cells));
  if (average !== null) table.push(cells(average));
  return `${table.toString()}\n${notes(summary, tasks).join('\n')}`;
}

function cellsOf(row: SummaryRow, withBaselines: boolean): string[] {
  const { majority, bagOfWords } = row.baselines;
  const baselines = withBaselines ? [majority, bagOfWords].map((score) => (score === null ? NONE : percent(score))) : [];
  return [row.averaged ? row.title : `${row.title} *`, row.metric, ...baselines, ...row.arms.map(spreadText)];
}

function spreadText(spread: Spread | null): string {
  if (spread === null) return NONE;
  return spread.std === null ? percent(spread.median) : `${percent(spread.median)} ± ${percent(spread.std)}`;
}

function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

function notes(summary: readonly ArmSummary[], tasks: readonly SummaryRow[]): string[] {
  const several = summary.some((arm) => arm.n > 1);
  const what = several ? 'median ± standard deviation over n seeds' : 'one seed each, so no spread is known';
  const lines = [`Scores on dev, times 100; ${what}.`];
  if (tasks.some((row) => !row.averaged)) lines.push('* not in the average.');
  return lines;
}
