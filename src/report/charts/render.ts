/**
 * Options of Apache ECharts to SVG, on this side: no browser, no canvas. ECharts because it draws to SVG without a DOM, has every chart the
 * report needs, and comes in three packages; Vega-Lite would bring some eighty, Observable Plot needs a DOM.
 */
import { BoxplotChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, VisualMapComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { COLOUR_NAMES } from './palette.js';

use([BoxplotChart, HeatmapChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, VisualMapComponent, SVGRenderer]);

export type EChartsOption = EChartsCoreOption;

/** Units of the drawing: as wide as a phone, so that text keeps its size there. */
export const WIDTH = 340;

/** A document of its own, in the colours of the day. The same option gives the same bytes. */
export function renderSvg(option: EChartsOption, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({ animation: false, backgroundColor: 'transparent', ...option });
    return withoutInteraction(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/**
 * The drawing for the page, whose colours follow the page's.
 * @param id of the figure: what a drawing refers to by name must not be found in another one
 */
export function themed(svg: string, id: string): string {
  return svg
    .replace(/\bzr-/g, `${id}-`)
    .replace(/(fill|stroke)="(#[0-9a-f]{3,6})"/g, (whole, attribute: string, colour: string) =>
      colour in COLOUR_NAMES ? `${attribute}="var(--${COLOUR_NAMES[colour]})"` : whole,
    );
}

/** Hover styles, and class names that are numbered through the process. */
function withoutInteraction(svg: string): string {
  return svg
    .replace(/<style[^>]*>[\s\S]*?<\/style>\n?/g, '')
    .replace(/ (class|ecmeta_[a-z_]+|pointer-events)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, 'zr-');
}
