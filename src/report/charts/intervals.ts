/** An estimate and its interval for each name, against a line at nothing. */
import { nameAxis, namesWidth, shortName, valueAxis } from './axes.js';
import { COLOURS, seriesStyle } from './palette.js';
import type { EChartsOption } from './render.js';

export interface IntervalRow {
  readonly name: string;
  readonly value: number | null;
  /** Null where too few values give none. */
  readonly interval: readonly [number, number] | null;
}

const ROW = 24;

export const intervalsHeight = (rows: readonly IntervalRow[]): number => 52 + ROW * rows.length;

export function intervalsOption(
  rows: readonly IntervalRow[],
  series: number,
  axis: string,
  format: (value: number) => string,
): EChartsOption {
  const names = rows.map(({ name }) => shortName(name));
  const { colour, symbol } = seriesStyle(series);
  const lines = rows.flatMap(({ interval }, row) =>
    interval === null
      ? []
      : [
          {
            type: 'line',
            silent: true,
            clip: false,
            symbol: 'none',
            lineStyle: { color: colour, width: 2 },
            data: interval.map((end) => [end, row]),
          },
        ],
  );
  const points = rows.flatMap(({ value }, row) => (value === null ? [] : [[value, row]]));
  const zero = {
    silent: true,
    symbol: 'none',
    label: { show: false },
    lineStyle: { color: COLOURS.quiet, type: 'solid', width: 1 },
    data: [{ xAxis: 0 }],
  };
  return {
    grid: { left: namesWidth(names), right: 22, top: 6, bottom: 42, outerBoundsMode: 'none' },
    xAxis: valueAxis({ name: axis, format }, 'x'),
    yAxis: nameAxis(names),
    series: [
      ...lines,
      { type: 'scatter', silent: true, clip: false, symbol, symbolSize: 8, itemStyle: { color: colour }, data: points, markLine: zero },
    ],
  };
}
