/** Differences between arms, as both sections that show some do: a figure for each arm, and one table. */
import type { Difference } from '../analysis/differences.js';
import { intervalsHeight, intervalsOption } from '../charts/intervals.js';
import { countCell, noCell, pointsCell, signed, textCell, type DataTable } from '../data-table.js';
import type { Figure, FigureGroup } from './section.js';

/** @param id of figures and table */
export function differenceBlock(id: string, caption: string, groups: readonly (readonly Difference[])[]): FigureGroup {
  return {
    kind: 'figures',
    id: `${id}-figures`,
    caption,
    figures: groups.flatMap((group) => figureOf(id, group)),
    legend: [],
    table: tableOf(id, caption, groups.flat()),
  };
}

function figureOf(id: string, group: readonly Difference[]): Figure[] {
  const [first] = group;
  if (first === undefined) return [];
  const { arm, base, series } = first;
  const rows = group.map(({ title, paired, ofMedians, interval }) => ({
    name: title,
    value: paired ?? ofMedians,
    interval: interval === null ? null : ([interval.low, interval.high] as const),
  }));
  return [
    {
      id: `${id}-${arm}`,
      title: `${arm} − ${base}`,
      description: `${arm} against ${base}: ${rows.map(({ name, value }) => `${name} ${signed(value)}`).join(', ')} points`,
      option: intervalsOption(rows, series, 'points', (value) => signed(value)),
      height: intervalsHeight(rows),
    },
  ];
}

function tableOf(id: string, caption: string, list: readonly Difference[]): DataTable {
  const intervals = list.map(({ interval }) => interval);
  const level = intervals.find((interval) => interval !== null)?.level ?? 0.95;
  return {
    id,
    caption,
    columns: ['arm', 'against', 'task', 'of the medians', 'pairs', 'paired', `${100 * level} % low`, `${100 * level} % high`],
    rows: list.map(({ arm, base, title, ofMedians, pairs, paired, interval }) => [
      textCell(arm),
      textCell(base),
      textCell(title),
      pointsCell(ofMedians, 2),
      countCell(pairs),
      pointsCell(paired, 2),
      interval === null ? noCell : pointsCell(interval.low, 2),
      interval === null ? noCell : pointsCell(interval.high, 2),
    ]),
    notes: [
      'In points (scores times 100). Of the medians: the arm’s median minus the other’s, as the paper gives differences. Paired: the median of the differences seed by seed, with its bootstrap interval; fewer than five pairs have none.',
    ],
    filters: [0, 2],
  };
}
