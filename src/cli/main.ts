#!/usr/bin/env node
/**
 * The command line's table of contents. Each command file says its own flags and imports what it runs only when it runs, so that
 * `--help` and a mistyped flag need no native code.
 */
import { Command } from 'commander';
import { registerDoctor } from './commands/doctor.js';
import { registerEval } from './commands/eval.js';
import { registerExport } from './commands/export.js';
import { registerPredict } from './commands/predict.js';
import { registerPrepare } from './commands/prepare.js';
import { registerReport } from './commands/report.js';
import { registerRun } from './commands/run.js';
import { registerSubmit } from './commands/submit.js';
import { registerTrain } from './commands/train.js';
import { registerWatch } from './commands/watch.js';
import { packageVersion } from '../util/package-version.js';
import { describeError, errorAsJson, EXIT, exitCodeOf } from './errors.js';
import { refuseEmptyPaths } from './flags.js';
import { flushStdout, printJson, printNote, write } from './output.js';

function createProgram(): Command {
  const program = new Command('bornagain')
    .description('Born-again multi-task fine-tuning of BERT: teachers, a distilled multi-task student, scores.')
    .version(packageVersion())
    .showHelpAfterError("('--help' after the command shows its flags)")
    .addHelpText('after', '\nExit codes: 0 ok, 1 failure, 2 wrong usage or configuration, 130 interrupted, 141 reader gone (closed pipe).')
    .configureOutput({ writeOut: write })
    .exitOverride();
  refuseEmptyPaths(program);
  registerRun(program);
  registerTrain(program);
  registerWatch(program);
  registerEval(program);
  registerPredict(program);
  registerExport(program);
  registerReport(program);
  registerSubmit(program);
  registerPrepare(program);
  registerDoctor(program);
  return program;
}

/** Runs one command line, prints what went wrong, and returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const { code, error } = await told(() => createProgram().parseAsync(argv));
  const answer = await told(() => {
    if (code !== EXIT.ok && argv.includes('--json')) printJson(errorAsJson(error));
    return flushStdout();
  });
  return code === EXIT.ok ? answer.code : code;
}

/** The exit code of `work`; what went wrong is on stderr. */
async function told(work: () => Promise<unknown>): Promise<{ readonly code: number; readonly error?: unknown }> {
  try {
    await work();
    return { code: EXIT.ok };
  } catch (error) {
    const text = describeError(error);
    if (text !== null) printNote(text);
    return { code: exitCodeOf(error), error };
  }
}

process.exit(await main(process.argv));
