/** `bornagain train`: one model. A distilled one needs the folders of its teachers, which `run` leaves in its own output. */
import { Option, type Command } from 'commander';
import type { Config } from '../../config/schema.js';
import { BornAgainError } from '../../util/errors.js';
import {
  addConfigFlags,
  addDataFlags,
  addJsonFlag,
  addModelFlag,
  addRequired,
  configFromFlags,
  parseTaskList,
  requireFolder,
  requireFolderOrNothing,
  type ConfigFlags,
} from '../flags.js';
import { interruptible } from '../interrupt.js';
import { printJson, printText } from '../output.js';
import { withDisplay } from '../progress/display.js';
import { formatScores } from '../scores.js';

const KINDS = ['single', 'multi', 'distilled'] as const;

interface TrainFlags extends ConfigFlags {
  readonly arm: (typeof KINDS)[number];
  readonly tasks: string;
  readonly teachers?: string;
  readonly seed?: string;
  readonly data: string;
  readonly model: string;
  readonly out: string;
  readonly cache?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  $ bornagain train --arm single --tasks rte --data data/mini-glue --model models/tiny-bert --out runs/rte
  $ bornagain train --arm multi --tasks rte,mnli --data data/mini-glue --model models/tiny-bert --out runs/two --set multi.epochs=2`;

export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train one model: of one task, of several, or of several taught by single-task models');
  addRequired(command, new Option('--arm <kind>', 'kind of model').choices(KINDS));
  addRequired(command, new Option('--tasks <list>', 'task names separated by commas'));
  command
    .option('--teachers <dir>', 'folder with a teacher for each task; needed for --arm distilled')
    .option('--seed <number>', "seed of data order, dropout and heads; the configuration's first seed without it");
  addModelFlag(addDataFlags(command), 'Hugging Face folder of the pre-trained BERT');
  addRequired(command, new Option('--out <dir>', 'folder for the model and its log'));
  addJsonFlag(addConfigFlags(command)).addHelpText('after', HELP).action(train);
}

async function train(flags: TrainFlags): Promise<void> {
  const config = configFromFlags(flags);
  const tasks = checkedTasks(flags, config);
  const seed = parseSeed(flags.seed) ?? config.seeds[0] ?? 1;
  requireFolder('--data', flags.data);
  requireFolder('--model', flags.model);
  requireFolderOrNothing('--out', flags.out);
  if (flags.teachers !== undefined) requireFolder('--teachers', flags.teachers);
  const { trainOne } = await import('../../experiment/train-one.js');
  const resume = `what was kept is in ${flags.out}; the same command goes on from there`;
  const trained = await withDisplay((display) =>
    interruptible(
      resume,
      (line) => display.say(line),
      (signal) =>
        trainOne({
          config,
          arm: flags.arm,
          tasks,
          seed,
          dataDir: flags.data,
          modelDir: flags.model,
          outDir: flags.out,
          ...(flags.teachers === undefined ? {} : { teachersDir: flags.teachers }),
          ...(flags.cache === undefined ? {} : { cacheDir: flags.cache }),
          signal,
          onEvent: display.handle,
        }),
    ),
  );
  if (flags.json === true) printJson(trained);
  else printText(`${formatScores(trained.tasks, trained.mismatched)}\nModel: ${trained.model}`);
}

/** Every combination of kind, tasks and teachers that cannot be trained, told before anything is loaded. */
function checkedTasks({ arm, tasks: list, teachers }: TrainFlags, config: Config): string[] {
  const tasks = parseTaskList(list, config);
  if (arm === 'single' && tasks.length !== 1) {
    throw new BornAgainError('ERR_USAGE', `--arm single trains one task, --tasks names ${tasks.length}; use --arm multi for several`);
  }
  if (arm === 'distilled' && teachers === undefined) {
    throw new BornAgainError('ERR_USAGE', '--arm distilled needs --teachers, a folder with a trained model for each task');
  }
  if (arm !== 'distilled' && teachers !== undefined) {
    throw new BornAgainError('ERR_USAGE', `--teachers is for --arm distilled; --arm ${arm} has no teachers`);
  }
  return tasks;
}

function parseSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new BornAgainError('ERR_USAGE', `--seed ${text}: expected a whole number from 0`);
}
