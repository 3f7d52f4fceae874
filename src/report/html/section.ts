/** What a section of the report is made of. Every figure has its table: the numbers can be read, sorted and taken along without seeing. */
import type { EChartsOption } from '../charts/render.js';
import type { DataTable } from '../data-table.js';
import type { Markup } from './markup.js';

export interface Figure {
  /** Name of its SVG file. */
  readonly id: string;
  readonly title: string;
  /** What is to be seen, for those who cannot. */
  readonly description: string;
  readonly option: EChartsOption;
  readonly height: number;
}

export interface LegendEntry {
  readonly name: string;
  /** Place in the palette. */
  readonly series: number;
}

/** Small figures of one kind that share a legend, a caption and a table. */
export interface FigureGroup {
  readonly kind: 'figures';
  readonly id: string;
  readonly caption: string;
  readonly figures: readonly Figure[];
  readonly legend: readonly LegendEntry[];
  readonly table: DataTable;
  /** Shown when it is asked for. */
  readonly folded?: boolean;
}

export interface TableBlock {
  readonly kind: 'table';
  readonly table: DataTable;
  readonly folded?: boolean;
}

export interface MarkupBlock {
  readonly kind: 'markup';
  readonly markup: Markup;
}

export type Block = FigureGroup | TableBlock | MarkupBlock;

export interface Section {
  readonly id: string;
  readonly title: string;
  /** How to read it: paragraphs. */
  readonly intro: readonly string[];
  readonly blocks: readonly Block[];
}
