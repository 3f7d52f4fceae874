/** `bornagain eval`: scores of a trained model on a labelled split. */
import { Option, type Command } from 'commander';
import {
  addConfigFlags,
  addDataFlags,
  addJsonFlag,
  addModelFlag,
  configFromFlags,
  parseTaskList,
  requireFolder,
  type ConfigFlags,
} from '../flags.js';
import { endedBySignal } from '../interrupt.js';
import { printJson, printText } from '../output.js';
import { withDisplay } from '../progress/display.js';
import { formatScores } from '../scores.js';

/** `dev_mismatched` is MNLI's. GLUE publishes no labels of its test sets; a task of one's own may have them. */
const LABELLED_SPLITS = ['dev', 'dev_mismatched', 'train', 'test'] as const;

interface EvalFlags extends ConfigFlags {
  readonly model: string;
  readonly data: string;
  readonly tasks?: string;
  readonly split: (typeof LABELLED_SPLITS)[number];
  readonly cache?: string;
  readonly json?: boolean;
}

const HELP = `
Example:
  $ bornagain eval --model runs/quickstart/runs/multi/all/seed-1/model --data data/mini-glue --tasks rte

Texts are cut as in the model's training. Tasks of your own need the configuration that describes their files (--config).
MNLI's dev is scored on both of its sets; --split dev_mismatched takes the second alone.
Scores are fractions. With --json: { "rte": { "accuracy": 0.71 }, … }, and of MNLI also "mismatched": { "mnli": { "accuracy": 0.63 } }.`;

export function registerEval(program: Command): void {
  const command = program.command('eval').description('score a trained model');
  addModelFlag(addDataFlags(command), 'folder of a trained model, or of a sequence classifier of Transformers (with --tasks)')
    .option('--tasks <list>', 'task names separated by commas; all of the model without it')
    .addOption(new Option('--split <name>', 'split to score').choices(LABELLED_SPLITS).default('dev'));
  addJsonFlag(addConfigFlags(command)).addHelpText('after', HELP).action(evaluate);
}

async function evaluate(flags: EvalFlags): Promise<void> {
  const config = configFromFlags(flags);
  const tasks = flags.tasks === undefined ? undefined : parseTaskList(flags.tasks, config);
  requireFolder('--data', flags.data);
  requireFolder('--model', flags.model);
  const { evaluateModel } = await import('../../train/evaluate-model.js');
  const scores = await withDisplay((display) =>
    endedBySignal(() =>
      evaluateModel({
        modelDir: flags.model,
        dataDir: flags.data,
        split: flags.split,
        config,
        ...(tasks === undefined ? {} : { tasks }),
        ...(flags.cache === undefined ? {} : { cacheDir: flags.cache }),
        onEvent: display.handle,
      }),
    ),
  );
  const { tasks: byTask, mismatched } = scores;
  if (flags.json === true) printJson(Object.keys(mismatched).length === 0 ? byTask : { ...byTask, mismatched });
  else printText(formatScores(byTask, mismatched));
}
