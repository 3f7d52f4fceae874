/** The result table: medians with marks, their spreads, and the tests behind the marks. */
import type { ArmTest } from '../../../experiment/arm-tests.js';
import { BASELINE_TITLES, baselinesOf } from '../../baselines.js';
import { scoreRows, type ArmScores, type ScoreRow } from '../../analysis/scores.js';
import { countCell, noCell, numberCell, percentCell, spreadText, textCell, type Cell, type DataTable } from '../../data-table.js';
import type { LoadedExperiment } from '../../load/experiment.js';
import { baselineKinds, summaryRows, type SummaryRow } from '../../summary-rows.js';
import { averageNotes, failedNote, markedTitle, referenceArm, Significance } from '../../table-notes.js';
import type { Section } from '../section.js';

const SCORES = [
  'Scores on the dev sets, times 100. The first table has medians over the seeds; the second says how far they can be trusted.',
];
const NO_SCORES = ['There are no scores yet: an arm has them when its models of a seed are finished.'];

export function resultsSection(experiment: LoadedExperiment): Section {
  const rows = scoreRows(experiment);
  const { planned, runs, results } = experiment;
  const unfinished = planned - runs.length;
  const tests = testTable(rows, results.tests);
  return {
    id: 'results',
    title: 'Results',
    intro: [
      ...(rows.length === 0 ? NO_SCORES : SCORES),
      ...(unfinished === 0 ? [] : [progressText(runs.length, planned)]),
      ...results.failures.map(({ runId, message }) => `${runId} has no model: ${message}`),
    ],
    blocks: [
      ...(rows.length === 0 ? [] : [medianTable(experiment), spreadTable(rows)].map((table) => ({ kind: 'table', table }) as const)),
      ...(tests.rows.length === 0 ? [] : [{ kind: 'table', table: tests, folded: true } as const]),
    ],
  };
}

function progressText(finished: number, planned: number): string {
  const done = `${finished} of ${planned} models finished so far`;
  return finished === 0 ? `${done}.` : `${done}: this report is of those.`;
}

function medianTable({ results, registry, config }: LoadedExperiment): DataTable {
  const { tasks, average } = summaryRows(results.summary, baselinesOf(results.majority, null), {
    average: config.report.average,
    registry,
  });
  const significance = new Significance(results.tests, referenceArm(results.summary));
  const failed = failedNote(results.summary, registry.all, config.report.failedRuns);
  const cell = ({ tested, arms }: SummaryRow, index: number, arm: string): Cell => {
    const spread = arms[index] ?? null;
    return spread === null ? noCell : { text: spreadText(spread, significance.mark(tested, arm)), value: spread.median };
  };
  const kinds = baselineKinds(tasks);
  const rows = [...tasks, ...(average === null ? [] : [average])];
  return {
    id: 'medians',
    caption: 'Median score of each task and arm',
    columns: ['task', 'metric', ...kinds.map((kind) => BASELINE_TITLES[kind]), ...results.summary.map(({ arm, n }) => `${arm} (n = ${n})`)],
    rows: rows.map((row) => [
      textCell(markedTitle(row)),
      textCell(row === average ? 'mean' : row.metric),
      ...kinds.map((kind) => percentCell(row.baselines[kind])),
      ...results.summary.map(({ arm }, index) => cell(row, index, arm)),
    ]),
    notes: [
      ...(results.summary.some(({ n }) => n > 1) ? ['Median ± sample standard deviation.'] : ['One seed each, so no spread is known.']),
      'An average is shown where an arm has all the tasks that count in it and that any arm has.',
      ...averageNotes(tasks),
      ...significance.notes(),
      ...(failed === null ? [] : [failed]),
    ],
  };
}

function spreadTable(rows: readonly ScoreRow[]): DataTable {
  return {
    id: 'spreads',
    caption: 'Spread over the seeds',
    columns: ['task', 'arm', 'n', 'failed', 'median', '95 % low', '95 % high', 'mean', 'std', 'min', 'max'],
    rows: rows.flatMap(({ title, arms }) => arms.map((arm) => [textCell(title), ...spreadCells(arm)])),
    notes: [
      'The interval is the median’s, by the bootstrap; std the sample standard deviation (n − 1). Failed: one answer to everything, or at most the commonest class’s score; for the average, on any task that counts in it.',
    ],
    filters: [0, 1],
  };
}

function spreadCells({ arm, seeds, spread, failed }: ArmScores): Cell[] {
  const scores = seeds.map(({ score }) => score);
  return [
    textCell(arm),
    countCell(spread.n),
    countCell(failed),
    percentCell(spread.median),
    percentCell(spread.interval?.low),
    percentCell(spread.interval?.high),
    percentCell(spread.mean),
    percentCell(spread.std, 2),
    percentCell(Math.min(...scores)),
    percentCell(Math.max(...scores)),
  ];
}

function testTable(rows: readonly ScoreRow[], tests: readonly ArmTest[]): DataTable {
  const titleOf = (key: string): string => rows.find((row) => row.key === key)?.title ?? key;
  return {
    id: 'tests',
    caption: 'Tests between arms',
    columns: ['task', 'arm', 'other arm', 'U', 'p', 'p, Holm', 'Cliff’s delta', 'paired p', 'paired p, Holm', 'verdict'],
    rows: tests.map(({ task, a, b, u, p, pHolm, cliffsDelta, paired, significant, note }) => [
      textCell(titleOf(task)),
      textCell(a),
      textCell(b),
      numberCell(u, 1),
      probabilityCell(p),
      probabilityCell(pHolm),
      numberCell(cliffsDelta, 2),
      probabilityCell(paired?.p ?? null),
      probabilityCell(paired?.pHolm ?? null),
      textCell(note ?? (significant ? 'differs' : 'open')),
    ]),
    notes: [
      `${methodText(tests)}, two-sided; Holm over all ${tests.length} tests. Paired: Wilcoxon’s signed ranks over common seeds, a family of their own. Delta above 0: the first arm tends to be higher. bornagain’s docs/statistics.md has the formulas.`,
    ],
    filters: [0, 1, 2],
  };
}

/** Small and large samples are tested in two ways, both of which may occur. */
function methodText(tests: readonly ArmTest[]): string {
  return [...new Set(tests.map(({ method }) => method))].join(' or ');
}

function probabilityCell(p: number | null): Cell {
  if (p === null) return noCell;
  return { text: p < 0.0001 ? '< .0001' : p.toFixed(4).replace(/^0/, ''), value: p };
}
