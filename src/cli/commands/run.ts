/** `bornagain run`: the whole experiment, arms x tasks x seeds. The same command goes on where an interrupted one stopped. */
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { keyReference } from '../../config/reference.js';
import type { Config } from '../../config/schema.js';
import type { ExperimentResults } from '../../experiment/results.js';
import { BornAgainError } from '../../util/errors.js';
import {
  addConfigFlags,
  addDataFlags,
  addJsonFlag,
  addModelFlag,
  addRequired,
  configFromFlags,
  requireFolder,
  requireFolderOrNothing,
  type ConfigFlags,
} from '../flags.js';
import { endedBySignal, interruptible } from '../interrupt.js';
import { flushStdout, printJson, printNote, printText } from '../output.js';
import { withDisplay } from '../progress/display.js';

interface RunFlags extends ConfigFlags {
  readonly data: string;
  readonly model: string;
  readonly out: string;
  readonly cache?: string;
  readonly dryRun?: boolean;
  readonly share?: string;
  readonly json?: boolean;
}

/** Made when it is asked for: every command line loads this file. */
const help = (): string => `
Examples:
  $ bornagain run --preset quickstart --data data/mini-glue --model models/tiny-bert --out runs/quickstart
  $ bornagain run --preset paper --data glue --model bert-base-uncased --out runs/paper --set 'seeds=[1,2,3]' multi.epochs=3

With --json, stdout gets the content of <out>/results.json.

Tasks of your own (customTasks) are described in the file: examples/own-tasks/README.md shows how. So are further arms:
  "variants": { "short": { "arm": "multi", "set": ["multi.epochs=2"] } }, "arms": ["multi", "short"]

Keys of --set and of the file, each with its default, what it means and what it takes (docs/configuration.md has the same as tables):
${describeKeys()}`;

/** `preset` is a flag's, and what is described in the file alone is left to the text above. */
function describeKeys(): string {
  return keyReference()
    .filter(({ path }) => path !== 'preset' && !/^(customTasks|variants)\b/.test(path))
    .map(({ path, default: value, meaning, values }) => `  ${path}=${JSON.stringify(value)}\n      ${meaning} [${values}]`)
    .join('\n');
}

export function registerRun(program: Command): void {
  const command = program.command('run').description('train and score every arm, task and seed; continues where it stopped');
  addModelFlag(addDataFlags(command), 'Hugging Face folder of the pre-trained BERT');
  addRequired(command, new Option('--out <dir>', 'folder for models, logs and results.json'));
  command.option(
    '--share <dir>',
    'take finished runs from this folder, and put them there, for other experiments; model files are hard links where the disk allows; runtime.shareDir',
  );
  command.option('--dry-run', 'print the plan and what is left of it: steps, tokens, FLOPs, disk and time; train nothing');
  addJsonFlag(addConfigFlags(command)).addHelpText('after', help).action(run);
}

async function run(flags: RunFlags): Promise<void> {
  const config = configFromFlags(withShare(flags), { trainsTasks: true });
  requireFolder('--data', flags.data);
  requireFolder('--model', flags.model);
  requireFolderOrNothing('--out', flags.out);
  if (flags.dryRun === true) return dryRun(flags, config);
  const { readBaselines, renderReport } = await import('../../report/index.js');
  const baselines = readBaselines(flags.data);
  const { runExperiment } = await import('../../experiment/run.js');
  const resume = `what was done is kept in ${flags.out}; the same command goes on from there`;
  const results = await withDisplay((display) =>
    interruptible(
      resume,
      (line) => display.say(line),
      (signal) =>
        runExperiment({
          config,
          dataDir: flags.data,
          modelDir: flags.model,
          outDir: flags.out,
          command: commandLine(process.argv.slice(2)),
          ...(flags.cache === undefined ? {} : { cacheDir: flags.cache }),
          signal,
          onEvent: display.handle,
        }),
    ),
  );
  const failed = failedRuns(results, flags.out);
  await conclude(flags, results, renderReport(results, baselines), failed);
  if (failed !== null) throw failed;
}

/** Writes the report and tells the results, once and last: whoever reads stdout may go away in its middle, which ends the process. */
async function conclude(flags: RunFlags, results: ExperimentResults, table: string, failed: BornAgainError | null): Promise<void> {
  const lines = [table, `Results: ${join(flags.out, 'results.json')}`];
  let told = false;
  const answer = async (): Promise<void> => {
    if (!told) {
      told = true;
      if (flags.json === true) printJson(results);
      else printText(lines.join('\n'));
    }
    await flushStdout();
  };
  try {
    lines.push(`Report: ${await endedBySignal(() => reportFile(flags, failed), answer)}`);
  } finally {
    await answer();
  }
}

/**
 * Where the report is.
 * @param failed what is to be told besides where it cannot be written
 * @throws BornAgainError as `writeReport`, with its code or that of the failed runs; the message says that nothing else is lost
 */
async function reportFile({ out, data }: RunFlags, failed: BornAgainError | null): Promise<string> {
  const { writeReport } = await import('../../report/write-report.js');
  try {
    return (await writeReport({ outDir: out, dataDir: data, onWait: printNote })).file;
  } catch (error) {
    if (!(error instanceof BornAgainError)) throw error;
    const done =
      failed === null
        ? `the models are finished and their scores are in ${join(out, 'results.json')}, but the report could not be written`
        : `${failed.message}\nThe report could not be written either`;
    const message = `${done}: ${error.message}. 'bornagain report ${out}' makes it again`;
    throw new BornAgainError(failed?.code ?? error.code, message, { ...error.details, ...failed?.details }, { cause: error });
  }
}

function withShare({ share, set = [], ...flags }: RunFlags): RunFlags {
  return { ...flags, set: share === undefined ? set : [...set, `runtime.shareDir=${JSON.stringify(share)}`] };
}

/** As a POSIX shell takes it. */
function commandLine(args: readonly string[]): string {
  const quoted = args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`));
  return ['bornagain', ...quoted].join(' ');
}

async function dryRun(flags: RunFlags, config: Config): Promise<void> {
  const { forecast } = await import('../../experiment/forecast.js');
  const { data: dataDir, model: modelDir, out: outDir, cache } = flags;
  const plan = await withDisplay(({ handle: onEvent }) =>
    endedBySignal(() => forecast({ config, dataDir, modelDir, outDir, ...(cache === undefined ? {} : { cacheDir: cache }), onEvent })),
  );
  if (flags.json === true) printJson(plan);
  else {
    const { renderForecast } = await import('../../report/index.js');
    printText(renderForecast(plan));
  }
}

/** The exit code tells of runs that failed; their messages were shown when it happened. Null where there are none. */
function failedRuns({ failures }: ExperimentResults, outDir: string): BornAgainError | null {
  const failed = failures.filter(({ after }) => after === null);
  const [first] = failed;
  if (first === undefined) return null;
  const skipped = failures.length - failed.length;
  const others = skipped === 0 ? '' : `, and ${skipped} that need ${failed.length === 1 ? 'it' : 'one of them'} were not trained`;
  const list = failed.map(({ runId, message }) => `${runId}: ${message}`).join('\n  ');
  const message = `${failed.length} of the runs failed${others}; the others are in ${outDir}, and the same command tries these again:\n  ${list}`;
  return new BornAgainError('ERR_RUN_FAILED', message, { failures });
}
