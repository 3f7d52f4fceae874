/** `bornagain submit`: the zip for GLUE's leaderboard, or the check of one. */
import { Option, type Command } from 'commander';
import { BornAgainError } from '../../util/errors.js';
import {
  addConfigFlags,
  addJsonFlag,
  configFromFlags,
  requireFile,
  requireFolder,
  requireReplaceable,
  type ConfigFlags,
} from '../flags.js';
import { endedBySignal } from '../interrupt.js';
import { printJson, printText } from '../output.js';
import { withDisplay } from '../progress/display.js';

interface SubmitFlags extends ConfigFlags {
  readonly model?: string[];
  readonly data?: string;
  readonly out?: string;
  readonly fillMissing?: boolean;
  readonly check?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

const HELP = `
All eleven files are written: AX by MNLI's head, WNLI by its own head or, where no model has one, by the training set's majority (the
output says which). STS-B is clipped to [0, 5].

Examples:
  $ bornagain submit --model runs/mine/runs/single-multi/all/seed-1/model --data glue --out submission.zip
  $ bornagain submit --model runs/a/model runs/b/model --data glue --out submission.zip --fill-missing
  $ bornagain submit --check submission.zip --data glue

--check names file and line of every fault; without --data the rows are counted as in GLUE's official test sets.`;

export function registerSubmit(program: Command): void {
  const command = program.command('submit').description("write and check an upload for GLUE's leaderboard");
  command
    .addOption(new Option('--model <dir...>', 'folders of trained models; the first with a head for a task predicts it'))
    .option('--data <dir>', "folder of the tasks' data, laid out like GLUE's")
    .option('--out <file>', 'the zip to write')
    .option('--fill-missing', "write the training set's majority for tasks that no model has a head for")
    .option('--check <file>', 'check this zip and write nothing')
    .option('--cache <dir>', 'folder for tokenised data; <data>/.cache without it')
    .option('--skip-bad-rows', 'write the majority for malformed rows, counted and listed, instead of stopping');
  addJsonFlag(addConfigFlags(command)).addHelpText('after', HELP).action(submit);
}

async function submit(flags: SubmitFlags): Promise<void> {
  if (flags.check === undefined) return write(flags);
  if (flags.model !== undefined || flags.out !== undefined) {
    throw new BornAgainError('ERR_USAGE', '--check reads a zip and writes nothing: it goes with --data alone, not with --model or --out');
  }
  return check(flags.check, flags);
}

async function check(zipFile: string, { data, json }: SubmitFlags): Promise<void> {
  requireFile('--check', zipFile);
  if (data !== undefined) requireFolder('--data', data);
  const { checkSubmission } = await import('../../report/submission/check.js');
  const faults = await checkSubmission({ zipFile, dataDir: data ?? null });
  if (json === true) printJson({ faults });
  else if (faults.length === 0) printText(`${zipFile}: no fault found`);
  if (faults.length > 0) throw new BornAgainError('ERR_SUBMISSION', `${zipFile} has faults:\n  ${faults.join('\n  ')}`, { faults });
}

async function write(flags: SubmitFlags): Promise<void> {
  const { model: modelDirs, data: dataDir, out: outFile } = flags;
  if (modelDirs === undefined || dataDir === undefined || outFile === undefined) {
    throw new BornAgainError('ERR_USAGE', 'submit needs --model, --data and --out, or --check with the zip to check');
  }
  const config = configFromFlags(flags);
  for (const dir of modelDirs) requireFolder('--model', dir);
  requireFolder('--data', dataDir);
  requireReplaceable('--out', outFile);
  const { writeSubmission } = await import('../../report/submission/write.js');
  const files = await withDisplay((display) =>
    endedBySignal(() =>
      writeSubmission({
        ...{ modelDirs, dataDir, outFile, config, cacheDir: flags.cache, fillMissing: flags.fillMissing === true },
        onEvent: display.handle,
      }),
    ),
  );
  if (flags.json === true) printJson({ out: outFile, files });
  else printText([...files.map(describe), `Submission: ${outFile}`].join('\n'));
}

function describe({ file, rows, model, unreadable }: { file: string; rows: number; model: string | null; unreadable: number }): string {
  const by = model === null ? "the training set's majority" : model;
  const filled = unreadable === 0 ? '' : `; the majority for ${unreadable} rows that cannot be read`;
  return `${file.padEnd(12)}${String(rows).padStart(8)} rows by ${by}${filled}`;
}
