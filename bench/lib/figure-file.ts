/** A small plot as an SVG file, drawn by echarts without a browser. */
import { writeFile } from 'node:fs/promises';
import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Of the x axis. */
  readonly scale: 'linear' | 'log';
  readonly series: readonly Series[];
  /** Where the y axis ends; without it, at the data. */
  readonly yMax?: number;
}

/** Beyond this many points a line is enough. */
const MOST_SYMBOLS = 30;

/** A logarithmic axis over more than this has a tick at each power of ten, otherwise of two. */
const DECADES = 64;

const SIZE = { width: 480, height: 300 };

export function renderPlot({ title, x, y, scale, series, yMax }: Plot): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  const values = series.flatMap(({ points }) => points.map(([place]) => place));
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: title, left: 'center', textStyle: { fontSize: 13, fontWeight: 'normal' } },
    legend:
      series.length > 1
        ? { bottom: 0, itemGap: 12, itemWidth: 18, textStyle: { fontSize: 11 }, data: series.map(({ name }) => name) }
        : { show: false },
    grid: { left: 70, right: 40, top: 40, bottom: series.length > 1 ? 70 : 50 },
    xAxis: {
      type: scale === 'log' ? 'log' : 'value',
      name: x,
      nameLocation: 'middle',
      nameGap: 26,
      min: Math.min(...values),
      max: Math.max(...values),
      ...(scale === 'log' ? { logBase: Math.max(...values) / Math.min(...values) < DECADES ? 2 : 10 } : {}),
    },
    yAxis: { type: 'value', name: y, nameLocation: 'middle', nameGap: 52, min: 0, ...(yMax === undefined ? {} : { max: yMax }) },
    series: series.map(({ name, points }) => ({
      type: 'line',
      name,
      data: points.map((point) => [...point]),
      symbolSize: 6,
      silent: true,
      showSymbol: points.length <= MOST_SYMBOLS,
    })),
  });
  // Without the styles of a page that a mouse moves over.
  const svg = chart.renderToSVGString().replace(/<style[^>]*>[\s\S]*?<\/style>\n?/g, '');
  chart.dispose();
  return svg;
}

export async function writePlot(file: string, plot: Plot): Promise<void> {
  await writeFile(file, `${renderPlot(plot)}\n`);
}
