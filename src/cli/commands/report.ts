/** `bornagain report`: the report of an experiment again, from what its folder holds. */
import { Argument, type Command } from 'commander';
import type { WrittenReport } from '../../report/write-report.js';
import { addJsonFlag, requireFolder } from '../flags.js';
import { endedBySignal } from '../interrupt.js';
import { printJson, printNote, printText } from '../output.js';

interface ReportFlags {
  readonly data?: string;
  readonly json?: boolean;
}

const HELP = `
'bornagain run' writes the report at its end; this makes it again, also of an experiment that is not finished. RUN_DIR/report then holds
index.html, which needs nothing but itself, tables/ (Markdown, CSV) and figures/ (SVG).

Example:
  $ bornagain report runs/quickstart`;

export function registerReport(program: Command): void {
  const command = program.command('report').description('write the HTML report of an experiment, with its tables and figures');
  command.addArgument(new Argument('<run_dir>', "the experiment's output folder (--out of run)"));
  command.option('--data <dir>', 'where the texts of examples are now; the data folder of the last run without it');
  addJsonFlag(command).addHelpText('after', HELP).action(report);
}

async function report(outDir: string, { data, json }: ReportFlags): Promise<void> {
  requireFolder('RUN_DIR', outDir);
  if (data !== undefined) requireFolder('--data', data);
  const { writeReport } = await import('../../report/write-report.js');
  const written = await endedBySignal(() => writeReport({ outDir, dataDir: data, onWait: printNote }));
  if (json === true) printJson(written);
  else printText(describe(written));
}

function describe({ file, tables, figures, missing }: WrittenReport): string {
  const note = missing === null ? '' : `\n${missing}`;
  return `Report: ${file}, with ${tables} tables and ${figures} figures${note}`;
}
