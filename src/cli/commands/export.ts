/** `bornagain export`: a trained model as standard Transformers folders, one for each task. */
import { Option, type Command } from 'commander';
import { addJsonFlag, addModelFlag, addRequired, requireFolder, splitTaskList } from '../flags.js';
import { endedBySignal } from '../interrupt.js';
import { printJson, printText } from '../output.js';

interface ExportFlags {
  readonly model: string;
  readonly out: string;
  readonly task?: string[];
  readonly json?: boolean;
}

const HELP = `
Each folder OUT/<task> is a BertForSequenceClassification with its tokeniser and a model card, and gives the same logits (but
of pairs that Transformers cuts otherwise, which the card tells). A regression
head's sigmoid is not part of such a model: its logits are the values before the sigmoid, and the card says how to get the scores.

Example:
  $ bornagain export --model runs/quickstart/runs/single-multi/all/seed-1/model --out exported --task rte,stsb`;

export function registerExport(program: Command): void {
  const command = program.command('export').description('write a trained model as Transformers folders, one for each task');
  addModelFlag(command, 'folder of a trained model');
  addRequired(command, new Option('--out <dir>', "folder for the tasks' folders"));
  command.option('--task <list...>', 'task names separated by commas or spaces; all of the model without it');
  addJsonFlag(command).addHelpText('after', HELP).action(run);
}

async function run(flags: ExportFlags): Promise<void> {
  requireFolder('--model', flags.model);
  const tasks = flags.task === undefined ? undefined : splitTaskList('--task', flags.task.join(',').replace(/,[,\s]+/g, ','));
  const { exportModel } = await import('../../nn/export.js');
  const exported = await endedBySignal(() => exportModel({ modelDir: flags.model, outDir: flags.out, tasks }));
  if (flags.json === true) printJson(exported);
  else printText(exported.map(({ task, folder, outputs }) => `${task}: ${folder}\n${outputs.replace(/^/gm, '  ')}`).join('\n'));
}
