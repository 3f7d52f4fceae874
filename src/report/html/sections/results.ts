/** The result table with its spreads. */
import type { LoadedExperiment } from '../../load/experiment.js';
import { scoreRows, type ArmScores, type ScoreRow } from '../../analysis/scores.js';
import { countCell, noCell, percentCell, textCell, type Cell, type DataTable } from '../../data-table.js';
import type { Section } from '../section.js';

export function resultsSection(experiment: LoadedExperiment): Section {
  const rows = scoreRows(experiment);
  const { planned, runs } = experiment;
  const unfinished = planned - runs.length;
  return {
    id: 'results',
    title: 'Results',
    intro: [
      'Scores on the dev sets, times 100. The first table has medians over the seeds; the second says how far they can be trusted.',
      ...(unfinished === 0 ? [] : [`${unfinished} of ${planned} models are not finished: this report is of the others.`]),
    ],
    blocks: [
      { kind: 'table', table: medianTable(experiment, rows) },
      { kind: 'table', table: spreadTable(rows) },
    ],
  };
}

function medianTable({ results }: LoadedExperiment, rows: readonly ScoreRow[]): DataTable {
  const arms = results.summary.map(({ arm, n }) => ({ arm, n }));
  return {
    id: 'medians',
    caption: 'Median score of each task and arm',
    columns: ['task', 'metric', ...arms.map(({ arm, n }) => `${arm} (n = ${n})`)],
    rows: rows.map((row) => [textCell(row.title), textCell(row.metric ?? 'mean'), ...arms.map(({ arm }) => medianCell(row, arm))]),
    notes: ['The average is shown where an arm has all the tasks that the others have.'],
  };
}

function medianCell({ arms }: ScoreRow, arm: string): Cell {
  const own = arms.find((each) => each.arm === arm);
  return own === undefined ? noCell : percentCell(own.spread.median);
}

function spreadTable(rows: readonly ScoreRow[]): DataTable {
  return {
    id: 'spreads',
    caption: 'Spread over the seeds',
    columns: ['task', 'arm', 'n', 'median', 'mean', 'std', 'min', 'max'],
    rows: rows.flatMap(({ title, arms }) => arms.map((arm) => [textCell(title), ...spreadCells(arm)])),
    notes: ['std: sample standard deviation (n − 1). Each seed by itself is in the next section.'],
    filters: [0, 1],
  };
}

function spreadCells({ arm, seeds, spread }: ArmScores): Cell[] {
  const scores = seeds.map(({ score }) => score);
  return [
    textCell(arm),
    countCell(scores.length),
    percentCell(spread.median),
    percentCell(spread.mean),
    percentCell(spread.std, 2),
    percentCell(Math.min(...scores)),
    percentCell(Math.max(...scores)),
  ];
}
