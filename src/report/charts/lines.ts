/** Lines over a number, each with a band around it where its spread is known. */
import { wholePercent } from '../data-table.js';
import { valueAxis } from './axes.js';
import { COLOURS, seriesStyle } from './palette.js';
import type { EChartsOption } from './render.js';

export interface Line {
  readonly name: string;
  readonly series: number;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Of the same length as `points`. */
  readonly band?: readonly (readonly [low: number, high: number])[];
}

export interface LinesLook {
  readonly x: string;
  readonly y: string;
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
  readonly xFormat?: (value: number) => string;
  readonly yFormat?: (value: number) => string;
  /** Draws y = x. */
  readonly diagonal?: boolean;
  readonly symbols?: boolean;
}

export const LINES_HEIGHT = 210;

/** The x axis of what happens along a training. */
export const PROGRESS = { x: 'share of the steps', xRange: [0, 1], xFormat: wholePercent } as const satisfies Partial<LinesLook>;

export function linesOption(lines: readonly Line[], look: LinesLook): EChartsOption {
  const { x, y, xRange, yRange, xFormat, yFormat, diagonal = false, symbols = false } = look;
  const range = (pair: readonly [number, number] | undefined): object => (pair === undefined ? {} : { min: pair[0], max: pair[1] });
  return {
    grid: { left: 62, right: 22, top: 8, bottom: 42, outerBoundsMode: 'none' },
    xAxis: valueAxis({ name: x, ...range(xRange), ...(xFormat && { format: xFormat }) }, 'x'),
    yAxis: valueAxis({ name: y, ...range(yRange), ...(yFormat && { format: yFormat }) }, 'y'),
    series: [...(diagonal ? [identity] : []), ...lines.flatMap(band), ...lines.map((line) => drawn(line, symbols))],
  };
}

const identity = {
  type: 'line',
  silent: true,
  clip: false,
  symbol: 'none',
  lineStyle: { color: COLOURS.quiet, width: 1, type: [3, 3] },
  data: [
    [0, 0],
    [1, 1],
  ],
};

function drawn({ name, series, points }: Line, symbols: boolean): object {
  const { colour, symbol, dash } = seriesStyle(series);
  return {
    type: 'line',
    name,
    silent: true,
    clip: false,
    symbol: symbols ? symbol : 'none',
    symbolSize: 6,
    itemStyle: { color: colour },
    lineStyle: { color: colour, width: 1.8, type: dash },
    data: points,
  };
}

/** ECharts fills between stacked lines: the lower edge unseen, and the height above it. */
function band({ series, points, band: edges }: Line): object[] {
  if (edges === undefined) return [];
  const { colour } = seriesStyle(series);
  const edge = {
    type: 'line',
    silent: true,
    clip: false,
    symbol: 'none',
    stack: `band-${series}`,
    stackStrategy: 'all',
    lineStyle: { opacity: 0 },
  };
  return [
    { ...edge, data: points.map(([x], index) => [x, edges[index]?.[0]]) },
    {
      ...edge,
      areaStyle: { color: colour, opacity: 0.16 },
      data: points.map(([x], index) => [x, (edges[index]?.[1] ?? 0) - (edges[index]?.[0] ?? 0)]),
    },
  ];
}
