/** A matrix of shares, darker where there is more, with each number in its cell. */
import { COLOURS, seriesStyle } from './palette.js';
import { nameAxis, namesWidth, shortName } from './axes.js';
import type { EChartsOption } from './render.js';

export interface HeatCell {
  readonly row: number;
  readonly column: number;
  /** 0 to 1: how dark. */
  readonly share: number;
  readonly text: string;
}

const ROW = 34;

export const heatHeight = (rows: readonly string[]): number => 58 + ROW * rows.length;

export function heatOption(rows: readonly string[], columns: readonly string[], cells: readonly HeatCell[], axis: string): EChartsOption {
  const names = rows.map(shortName);
  const { colour } = seriesStyle(0);
  return {
    grid: { left: namesWidth(names), right: 22, top: 4, bottom: 50, outerBoundsMode: 'none' },
    xAxis: nameAxis(columns.map(shortName), {
      inverse: false,
      name: axis,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { fontSize: 11, color: COLOURS.quiet },
    }),
    yAxis: nameAxis(names),
    series: [
      {
        type: 'heatmap',
        silent: true,
        clip: false,
        label: {
          show: true,
          color: COLOURS.ink,
          fontSize: 11,
          formatter: ({ dataIndex }: { dataIndex: number }) => cells[dataIndex]?.text ?? '',
        },
        itemStyle: { color: colour, borderColor: COLOURS.surface, borderWidth: 2 },
        data: cells.map(({ row, column, share }) => [column, row, share]),
      },
    ],
    // Never darker than half: the number in a cell must stay readable by day and by night.
    visualMap: { show: false, min: 0, max: 1, dimension: 2, inRange: { colorAlpha: [0.06, 0.5] } },
  };
}
