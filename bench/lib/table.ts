/** The tables, as they are printed and as Markdown. */
import Table from 'cli-table3';
import type { Cell } from './cell.js';
import { geometricMean } from './statistics.js';

const MEGA = 1e6;

const COLUMNS = [
  'cell',
  'opponent',
  '×',
  '95 %',
  'tok/s',
  'theirs',
  'p50/p95 ms',
  'theirs',
  'of peak',
  'executed',
  'useful',
  'MB',
  'theirs',
  'first s',
  'theirs',
];

export interface TextTable {
  readonly head: readonly string[];
  readonly rows: string[][];
}

export function renderText({ head, rows }: TextTable): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows);
  return table.toString();
}

export function renderMarkdown({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}

/** Every cell, those that lose marked; ours first where a column has both. */
export function cellTable(cells: readonly Cell[]): TextTable {
  const rows: string[][] = [];
  for (const cell of cells) {
    const { model, lengths, batch, precision, variant, opponent, ratio, low, high, ours, theirs } = cell;
    const name = `${model} ${lengths} ${batch} ${precision}${variant === 'default' ? '' : ` (${variant})`}`;
    const times = ({ p50, p95 }: Cell['ours']): string => `${p50.toFixed(1)}/${p95.toFixed(1)}`;
    const share = (value: number): string => value.toFixed(2);
    const whole = (value: number): string => value.toFixed(0);
    rows.push([
      name,
      opponent,
      `${ratio.toFixed(2)}${ratio < 1 ? ' LOSES' : ''}`,
      `${low.toFixed(2)}–${high.toFixed(2)}`,
      ...[whole(ours.tokensPerSecond), whole(theirs.tokensPerSecond), times(ours), times(theirs)],
      ...[share(ours.ofPeak), share(ours.executed), share(ours.useful)],
      ...[whole(ours.peakMemory / MEGA), whole(theirs.peakMemory / MEGA), ours.firstStep.toFixed(1), theirs.firstStep.toFixed(1)],
    ]);
  }
  return { head: COLUMNS, rows };
}

export interface Mean {
  readonly variant: string;
  readonly opponent: string;
  readonly lengths: string;
  readonly batch: number;
  readonly models: readonly string[];
  readonly ratio: number;
}

/** Geometric mean over the models, for each way of ours, opponent, lengths and batch. */
export function means(cells: readonly Cell[]): Mean[] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = [cell.variant, cell.opponent, cell.lengths, cell.batch].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { variant, opponent, lengths, batch } = first;
    const models = group.map(({ model }) => model);
    return [{ variant, opponent, lengths, batch, models, ratio: geometricMean(group.map(({ ratio }) => ratio)) }];
  });
}

export function meanTable(list: readonly Mean[]): TextTable {
  const rows = list.map(({ models, lengths, batch, variant, opponent, ratio }) => [
    `${models.join(', ')} · ${lengths} ${batch}`,
    variant,
    opponent,
    ratio.toFixed(2),
  ]);
  return { head: ['geometric mean over', 'ours', 'opponent', '×'], rows };
}

/** A figure that is no cell: what was measured, on both sides where there are two. */
export interface Figure {
  readonly subject: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** Null where there is nothing to compare with. */
  readonly theirs: number | null;
  /** Times faster, or share of their memory; null as above. */
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What is asked of a GPU: real work a second, and how many times faster than the best opponent of each cell. */
export function gpuFigures(cells: readonly Cell[]): Figure[] {
  const best = new Map<string, Cell>();
  for (const cell of cells) {
    const what = [cell.model, cell.lengths, cell.batch, cell.precision].join(' ');
    if (cell.ratio < (best.get(what)?.ratio ?? Infinity)) best.set(what, cell);
  }
  return [...best].map(([what, { opponent, ratio, low, high, ours, theirs, gemm }]) => {
    const teraflops = (side: Cell['ours']): number => (side.ofPeak * gemm.best) / 1e12;
    return {
      subject: 'steps',
      what: `${what} against the best, ${opponent}`,
      unit: 'TFLOP/s of real work',
      ours: teraflops(ours),
      theirs: teraflops(theirs),
      ratio,
      low,
      high,
    };
  });
}

export function figureTable(figures: readonly Figure[]): TextTable {
  const rows: string[][] = [];
  const number = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
  for (const { subject, what, unit, ours, theirs, ratio, low, high } of figures) {
    const interval = low === null || high === null ? '' : `${low.toFixed(2)}–${high.toFixed(2)}`;
    rows.push([subject, what, unit, number(ours), theirs === null ? '' : number(theirs), ratio === null ? '' : ratio.toFixed(2), interval]);
  }
  return { head: ['subject', 'what', 'unit', 'ours', 'theirs', 'ratio', '95 %'], rows };
}
