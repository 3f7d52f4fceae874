/**
 * The table that a run ends with: task x arm, median and standard deviation over seeds, a mark where an arm's difference stands. Scores are
 * times 100, and it says so; results.json holds fractions.
 */
import Table from 'cli-table3';
import type { ArmTest } from '../experiment/arm-tests.js';
import type { ArmSummary } from '../experiment/summary.js';
import { BASELINE_TITLES, type BaselineKind, type Baselines } from './baselines.js';
import { percent, spreadText } from './data-table.js';
import { baselineKinds, summaryRows, type SummaryOptions, type SummaryRow } from './summary-rows.js';
import { averageNotes, failedNote, markedTitle, referenceArm, Significance } from './table-notes.js';

const NONE = '-';

export interface TableOptions extends SummaryOptions {
  /** Between the summary's arms. */
  readonly tests: readonly ArmTest[];
  /** What the summary did with failed runs. */
  readonly failedRuns: 'keep' | 'drop';
}

export function renderSummaryTable(summary: readonly ArmSummary[], baselines: Baselines | null, options: TableOptions): string {
  const significance = new Significance(options.tests, referenceArm(summary));
  const { tasks, average } = summaryRows(summary, baselines, options);
  const kinds = baselineKinds(tasks);
  const head = ['task', 'metric', ...kinds.map((kind) => BASELINE_TITLES[kind]), ...summary.map(({ arm, n }) => `${arm}\nn = ${n}`)];
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column < 2 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  const cells = (row: SummaryRow): string[] => [
    ...leadingCells(row, kinds),
    ...row.arms.map((spread, i) => (spread === null ? NONE : spreadText(spread, significance.mark(row.tested, summary[i]?.arm ?? '')))),
  ];
  table.push(...tasks.map(cells));
  if (average !== null) table.push(cells(average));
  return `${table.toString()}\n${[...notes(summary, tasks), ...significance.notes(), ...failedNotes(summary, options)].join('\n')}`;
}

function leadingCells(row: SummaryRow, kinds: readonly BaselineKind[]): string[] {
  const baselines = kinds.map((kind) => row.baselines[kind]).map((score) => (score === null ? NONE : percent(score)));
  return [markedTitle(row), row.metric, ...baselines];
}

function notes(summary: readonly ArmSummary[], tasks: readonly SummaryRow[]): string[] {
  const several = summary.some((arm) => arm.n > 1);
  const what = several ? 'median ± standard deviation over n seeds' : 'one seed each, so no spread is known';
  return [`Scores on dev, times 100; ${what}.`, ...averageNotes(tasks)];
}

function failedNotes(summary: readonly ArmSummary[], { registry, failedRuns }: TableOptions): string[] {
  const note = failedNote(summary, registry.all, failedRuns);
  return note === null ? [] : [note];
}
