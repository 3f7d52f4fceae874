/** Axes as all figures have them: quiet lines, readable labels. */
import { COLOURS } from './palette.js';

const FONT = { fontFamily: 'system-ui, sans-serif', fontSize: 11, color: COLOURS.quiet };

interface Look {
  readonly name?: string;
  readonly min?: number;
  readonly max?: number;
  /** For values; ECharts' own where left out. */
  readonly format?: (value: number) => string;
  readonly gridLines?: boolean;
}

/** Numbers that need not begin at 0. */
export function valueAxis({ name, min, max, format, gridLines = true }: Look, where: 'x' | 'y'): Record<string, unknown> {
  return {
    type: 'value',
    scale: true,
    splitNumber: 4,
    ...(name === undefined ? {} : { name, nameLocation: 'middle', nameGap: where === 'x' ? 26 : 46, nameTextStyle: FONT }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    // ECharts puts its ticks at round numbers of its own, and then the end of the range close to one of them.
    ...(max === 1 && min !== undefined ? { interval: min === 0.5 ? 0.1 : 0.25 } : {}),
    axisLabel: { ...FONT, hideOverlap: true, ...(format === undefined ? {} : { formatter: format }) },
    axisLine: { show: where === 'x', lineStyle: { color: COLOURS.quiet } },
    axisTick: { show: false },
    splitLine: { show: gridLines, lineStyle: { color: COLOURS.grid } },
  };
}

/** Names, the first at the top. */
export function nameAxis(names: readonly string[], extra: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'category',
    data: names,
    inverse: true,
    axisLabel: { ...FONT, color: COLOURS.ink, interval: 0 },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    ...extra,
  };
}

/** Room for names: ECharts cannot measure text on this side as the reader's browser will. */
export function namesWidth(names: readonly string[]): number {
  return Math.min(136, 16 + 6.6 * Math.max(0, ...names.map((name) => name.length)));
}

/** A name cut to what `namesWidth` gives at most; the table has it whole. */
export function shortName(name: string): string {
  return name.length <= 19 ? name : `${name.slice(0, 18)}…`;
}
