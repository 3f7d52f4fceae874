/** `bornagain watch`: looks on while an experiment trains, or has trained, without touching it. */
import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { BornAgainError } from '../../util/errors.js';
import { addJsonFlag } from '../flags.js';
import { endedBySignal } from '../interrupt.js';
import { printJson, printNote, printText } from '../output.js';

interface WatchFlags {
  readonly port?: string;
  readonly open?: boolean;
  readonly keep?: boolean;
  readonly json?: boolean;
}

const HELP = `
Example:
  $ bornagain watch runs/quickstart --open

RUN_DIR is what 'bornagain run --out' was given; it need not be there yet. The page is served on this machine only. Watching ends with the
experiment, with exit code 1 where runs failed. With --json, stdout gets the last state and stderr the lines.`;

export function registerWatch(program: Command): void {
  const command = program
    .command('watch')
    .description('serve a live page of an experiment, and print a line at each finished run')
    .argument('<run_dir>', "the experiment's folder")
    .option('--port <number>', 'port of the page; any that is free without it')
    .option('--open', 'open the page in the browser')
    .option('--keep', 'go on serving when the experiment has ended');
  addJsonFlag(command).addHelpText('after', HELP).action(watch);
}

async function watch(outDir: string, flags: WatchFlags): Promise<void> {
  const port = parsePort(flags.port);
  const { watchExperiment } = await import('../../report/watch/watch.js');
  const say = flags.json === true ? printNote : printText;
  const onListening = (url: string): void => (flags.open === true ? openBrowser(url, say) : undefined);
  const state = await endedBySignal(() => watchExperiment({ outDir, port, keep: flags.keep === true, say, onListening }));
  if (flags.json === true) printJson(state);
  const { failed } = state;
  if (failed.length === 0) return;
  const message = `${failed.length} of the ${state.planned} models failed or were not trained: ${failed.map(({ runId }) => runId).join(', ')}`;
  throw new BornAgainError('ERR_RUN_FAILED', message, { failures: failed });
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d+$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new BornAgainError('ERR_USAGE', `--port ${text}: expected a whole number up to 65535`);
}

/** Without one the page is still there: its address has been printed. */
function openBrowser(url: string, say: (line: string) => void): void {
  const [command, args] = opener(url);
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', (error) => say(`warning: no browser was opened (${error.message}); the address is above`));
  child.unref();
}

function opener(url: string): [string, string[]] {
  if (process.platform === 'darwin') return ['open', [url]];
  if (process.platform === 'win32') return ['cmd', ['/c', 'start', '', url]];
  return ['xdg-open', [url]];
}
