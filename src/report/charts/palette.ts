/**
 * The colours of the figures, and the names under which the page's style sheet has each for day and for night. Series are told apart by
 * shape and dash as well: colours alone would leave out one reader in twelve. Okabe and Ito's set, darkened where it is too pale on white.
 */
const INK = { '#22262b': 'ink', '#5c6570': 'quiet', '#dfe3e8': 'grid', '#fdfdfe': 'surface' } as const;

export const COLOURS = { ink: '#22262b', quiet: '#5c6570', grid: '#dfe3e8', surface: '#fdfdfe' } as const;

const SERIES = ['#0067a5', '#c2500a', '#00805e', '#a8489a', '#8a6d00', '#2b8fc9', '#b3261e', '#5b5bd6', '#59636e'] as const;
/** ECharts' names of the shapes, and characters that look alike, for legends. */
const SYMBOLS = [
  ['circle', '●'],
  ['rect', '■'],
  ['triangle', '▲'],
  ['diamond', '◆'],
  ['emptyCircle', '○'],
  ['emptyRect', '□'],
  ['emptyTriangle', '△'],
  ['emptyDiamond', '◇'],
  ['arrow', '➤'],
] as const;
const DASHES: readonly (number[] | 'solid')[] = ['solid', [6, 3], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3], [10, 4], [6, 2, 1, 2], [3, 1]];

export interface SeriesStyle {
  readonly colour: string;
  readonly symbol: string;
  readonly glyph: string;
  /** Its name in the page's style sheet. */
  readonly property: string;
  readonly dash: number[] | 'solid';
}

export function seriesStyle(index: number): SeriesStyle {
  const at = <T>(list: readonly T[], place: number): T => list[place % list.length] as T;
  const colour = at(SERIES, index);
  // The second time round a colour comes with its neighbour's shape and dash.
  const shape = index + Math.floor(index / SERIES.length);
  const [symbol, glyph] = at(SYMBOLS, shape);
  return { colour, symbol, glyph, property: `--${COLOUR_NAMES[colour]}`, dash: at(DASHES, shape) };
}

/** The custom property of the style sheet that holds a figure's colour. */
export const COLOUR_NAMES: Readonly<Record<string, string>> = {
  ...INK,
  // What ECharts fills hollow shapes with.
  '#fff': 'surface',
  ...Object.fromEntries(SERIES.map((colour, index) => [colour, `series-${index + 1}`])),
};
