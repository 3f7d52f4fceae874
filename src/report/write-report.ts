/**
 * `OUT/report`: the page, each of its tables as Markdown and CSV, each of its figures as SVG. It is made from what the output folder holds, so it can be
 * made again at any time, also from an experiment that is not finished, and by several processes at once: each waits for its turn. Every file is
 * replaced whole, so that whoever reads meanwhile, and whatever is left after a kill, has no half of one.
 */
import { join } from 'node:path';
import { withReportLock } from '../experiment/lock.js';
import { writeFileAtomic } from '../util/atomic-file.js';
import { namesIn } from '../util/if-there.js';
import { removeTree } from '../util/remove-file.js';
import { isTemporary } from '../util/temporary-name.js';
import { disagreements } from './analysis/disagreements.js';
import { renderSvg } from './charts/render.js';
import { renderPage } from './html/page.js';
import { reportSections } from './html/sections/index.js';
import type { Section } from './html/section.js';
import { loadExperiment } from './load/experiment.js';
import { readResults } from './load/results-file.js';
import { knownDataDir, readTexts } from './load/texts.js';
import { renderCsv, renderMarkdown } from './table-files.js';

export interface ReportOptions {
  readonly outDir: string;
  /** For the texts of examples; that of the last call where left out. */
  readonly dataDir?: string | undefined;
  /** Told whom it waits for, where another process writes the report. */
  readonly onWait?: ((message: string) => void) | undefined;
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
 * Replaces an earlier report, when other writers of it are done.
 * @throws BornAgainError ERR_OUTPUT_FOLDER (no experiment's folder, or a malformed file in it), ERR_DATA_FORMAT, ERR_LOCKED, ERR_IO
 */
export async function writeReport(options: ReportOptions): Promise<WrittenReport> {
  // Nothing is written into a folder that is no experiment's, a lock neither.
  await readResults(options.outDir);
  // Read with the lock held: who writes last has read last.
  return withReportLock(options.outDir, () => replaceReport(options), { onWait: options.onWait });
}

async function replaceReport({ outDir, dataDir }: ReportOptions): Promise<WrittenReport> {
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
  await removeFrom(folder, isTemporary);
  return { file, ...counts, missing: texts.missing };
}

async function writeParts(folder: string, sections: readonly Section[]): Promise<{ tables: number; figures: number }> {
  const blocks = sections.flatMap((section) => section.blocks);
  const tables = blocks.flatMap((block) => (block.kind === 'markup' ? [] : [block.table]));
  const figures = blocks.flatMap((block) => (block.kind === 'figures' ? block.figures : []));
  const tableFiles = tables.flatMap((table) => [
    { name: `${table.id}.md`, render: () => renderMarkdown(table) },
    { name: `${table.id}.csv`, render: () => renderCsv(table) },
  ]);
  const figureFiles = figures.map(({ id, option, height }) => ({ name: `${id}.svg`, render: () => renderSvg(option, height) }));
  await fillFolder(join(folder, 'tables'), tableFiles);
  await fillFolder(join(folder, 'figures'), figureFiles);
  return { tables: tables.length, figures: figures.length };
}

/** Afterwards the folder holds these files alone. */
async function fillFolder(folder: string, files: readonly { readonly name: string; readonly render: () => string }[]): Promise<void> {
  for (const { name, render } of files) await writeFileAtomic(join(folder, name), render());
  const wanted = new Set(files.map(({ name }) => name));
  await removeFrom(folder, (name) => !wanted.has(name));
}

async function removeFrom(folder: string, isUnwanted: (name: string) => boolean): Promise<void> {
  for (const name of (await namesIn(folder)).filter(isUnwanted)) await removeTree(join(folder, name));
}
