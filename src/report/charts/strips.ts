/** Every value as a point, a line for each name, and a box with the quartiles behind where there are enough of them. */
import { quantile } from 'simple-statistics';
import { nameAxis, namesWidth, shortName, valueAxis } from './axes.js';
import { COLOURS, seriesStyle } from './palette.js';
import type { EChartsOption } from './render.js';

export interface Strip {
  readonly name: string;
  readonly values: readonly number[];
  readonly series: number;
}

/** A box of fewer values would show quartiles that are hardly more than the values themselves. */
const VALUES_FOR_A_BOX = 5;
const ROW = 26;
/** Neighbours in rank lie on different heights, so that equal scores do not hide each other. Not ECharts' own jitter, which is random. */
const HEIGHTS = [0, -6, 4, -3, 7, -8, 2];

export const stripsHeight = (strips: readonly Strip[]): number => 52 + ROW * strips.length;

function spreadOut(values: readonly number[]): { value: number; offset: number }[] {
  return [...values].sort((a, b) => a - b).map((value, rank) => ({ value, offset: HEIGHTS[rank % HEIGHTS.length] ?? 0 }));
}

/** Whiskers reach the smallest and the largest value: no point is beyond them. */
export function stripsOption(strips: readonly Strip[], axis: string, format: (value: number) => string): EChartsOption {
  const names = strips.map(({ name }) => shortName(name));
  const boxes = strips.map(({ values }) =>
    values.length < VALUES_FOR_A_BOX ? [] : [0, 0.25, 0.5, 0.75, 1].map((p) => quantile([...values], p)),
  );
  return {
    grid: { left: namesWidth(names), right: 22, top: 6, bottom: 42, outerBoundsMode: 'none' },
    xAxis: valueAxis({ name: axis, format }, 'x'),
    yAxis: nameAxis(names),
    series: [
      {
        type: 'boxplot',
        silent: true,
        clip: false,
        boxWidth: [6, 16],
        data: boxes,
        itemStyle: { color: COLOURS.grid, borderColor: COLOURS.quiet },
      },
      ...strips.map(({ values, series }, row) => ({
        type: 'scatter',
        silent: true,
        clip: false,
        symbol: seriesStyle(series).symbol,
        symbolSize: 6,
        itemStyle: { color: seriesStyle(series).colour, opacity: 0.85 },
        data: spreadOut(values).map(({ value, offset }) => ({ value: [value, row], symbolOffset: [0, offset] })),
      })),
    ],
  };
}
