/** `bornagain prepare`: tokenises what a run will need, so that the run itself starts at once. */
import type { Command } from 'commander';
import { trainedTasks } from '../../config/variants.js';
import type { PreparedEvent } from '../../train/events.js';
import { addConfigFlags, addDataFlags, addJsonFlag, addModelFlag, configFromFlags, requireFolder, type ConfigFlags } from '../flags.js';
import { endedBySignal } from '../interrupt.js';
import { printJson, printText } from '../output.js';
import { withDisplay } from '../progress/display.js';

interface PrepareFlags extends ConfigFlags {
  readonly data: string;
  readonly model: string;
  readonly cache?: string;
  readonly json?: boolean;
}

const HELP = `
Example:
  $ bornagain prepare --preset quickstart --data data/mini-glue --model models/tiny-bert

Give it the configuration of the run: the cache is tied to data.maxLength, data.bothOrders, data.badRows and the tokeniser of --model.`;

export function registerPrepare(program: Command): void {
  const command = program.command('prepare').description('tokenise the data into the cache that a run reads');
  addModelFlag(addDataFlags(command), 'folder whose tokeniser is used');
  addJsonFlag(addConfigFlags(command)).addHelpText('after', HELP).action(prepare);
}

async function prepare(flags: PrepareFlags): Promise<void> {
  const config = configFromFlags(flags, { trainsTasks: true });
  requireFolder('--data', flags.data);
  requireFolder('--model', flags.model);
  const { defaultCacheDir, fillCache, trainingSplits } = await import('../../train/prepare-data.js');
  const cacheDir = flags.cache ?? defaultCacheDir(flags.data);
  const splits: Omit<PreparedEvent, 'kind'>[] = [];
  await withDisplay((display) =>
    endedBySignal(() =>
      fillCache({
        config,
        splits: trainingSplits(trainedTasks(config), flags.data, config),
        dataDir: flags.data,
        modelDir: flags.model,
        cacheDir,
        onEvent: (event) => {
          if (event.kind === 'prepared') {
            const { task, split, size, tokens, seconds } = event;
            splits.push({ task, split, size, tokens, seconds });
          }
          display.handle(event);
        },
      }),
    ),
  );
  if (flags.json === true) printJson({ cacheDir, splits });
  else printText(`Tokenised data: ${cacheDir}`);
}
