/**
 * `OUT/report`: the page, each of its tables as Markdown and CSV, each of its figures as SVG. It is made from what the output folder holds, so it can be
 * made again at any time, also from an experiment that is not finished.
 */
import { join } from 'node:path';
import { writeFileAtomic } from '../util/atomic-file.js';
import { disagreements } from './analysis/disagreements.js';
import { renderSvg } from './charts/render.js';
import { renderPage } from './html/page.js';
import { reportSections } from './html/sections/index.js';
import type { Section } from './html/section.js';
import { loadExperiment } from './load/experiment.js';
import { knownDataDir, readTexts } from './load/texts.js';
import { renderCsv, renderMarkdown } from './table-files.js';
import { removeTree } from '../util/remove-file.js';

export interface ReportOptions {
  readonly outDir: string;
  /** For the texts of examples; that of the last call where left out. */
  readonly dataDir?: string | undefined;
}

export interface WrittenReport {
  /** The page. */
  readonly file: string;
  readonly tables: number;
  readonly figures: number;
  /** What could not be shown, and why; null where nothing is missing. */
  readonly missing: string | null;
}

/**
 * Replaces an earlier report.
 * @throws BornAgainError ERR_OUTPUT_FOLDER (no experiment's folder, or a malformed file in it), ERR_DATA_FORMAT, ERR_IO
 */
export async function writeReport({ outDir, dataDir }: ReportOptions): Promise<WrittenReport> {
  const experiment = await loadExperiment(outDir);
  const found = disagreements(experiment);
  const wanted = new Map<string, Set<number>>();
  for (const { task, index } of found.shown) wanted.set(task, (wanted.get(task) ?? new Set()).add(index));
  const texts = await readTexts(experiment, dataDir ?? knownDataDir(experiment), wanted);
  const sections = reportSections(experiment, found, texts);
  const folder = join(outDir, 'report');
  const counts = await writeParts(folder, sections);
  const file = join(folder, 'index.html');
  await writeFileAtomic(file, renderPage(experiment, sections));
  return { file, ...counts, missing: texts.missing };
}

async function writeParts(folder: string, sections: readonly Section[]): Promise<{ tables: number; figures: number }> {
  const blocks = sections.flatMap((section) => section.blocks);
  const tables = blocks.flatMap((block) => (block.kind === 'markup' ? [] : [block.table]));
  const figures = blocks.flatMap((block) => (block.kind === 'figures' ? block.figures : []));
  for (const name of ['tables', 'figures']) await removeTree(join(folder, name));
  for (const table of tables) {
    await writeFileAtomic(join(folder, 'tables', `${table.id}.md`), renderMarkdown(table));
    await writeFileAtomic(join(folder, 'tables', `${table.id}.csv`), renderCsv(table));
  }
  for (const { id, option, height } of figures) await writeFileAtomic(join(folder, 'figures', `${id}.svg`), renderSvg(option, height));
  return { tables: tables.length, figures: figures.length };
}
