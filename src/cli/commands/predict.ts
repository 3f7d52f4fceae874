/** `bornagain predict`: answers for texts, line by line or by column, streamed, so that input larger than memory and interactive use both work. */
import { Option, type Command } from 'commander';
import type { Predictor } from '../../train/predictor.js';
import type { WriteChunk } from '../../util/atomic-file.js';
import {
  addConfigFlags,
  addModelFlag,
  addRequired,
  configFromFlags,
  requireFile,
  requireFolder,
  requireReplaceable,
  type ConfigFlags,
} from '../flags.js';
import { endedBySignal } from '../interrupt.js';
import { printNotice } from '../output.js';
import { readPredictionRows, STDIN } from '../prediction-input.js';
import { formatPrediction, writeOutput, type PredictionFormat } from '../prediction-output.js';

interface PredictFlags extends ConfigFlags {
  readonly model: string;
  readonly task: string;
  readonly input: string;
  readonly output?: string;
  readonly logits?: boolean;
  readonly json?: boolean;
}

const HELP = `
Input: one example per line, the two texts of a pair separated by a tab, no header. A file that ends in .csv, .jsonl, .json (JSON Lines),
.parquet or .arrow is read by the columns that --config names for the task (GLUE's tasks: as Hugging Face's data set names them); it needs no labels.
Plain text has another ending, such as .txt.
Output: one line per example: label or score, then tab-separated probabilities in the order of the task's labels, or raw logits.

Example:
  $ printf 'A dog sleeps.\\tAn animal sleeps.\\n' | bornagain predict --model runs/quickstart/runs/multi/all/seed-1/model --task rte --input -`;

export function registerPredict(program: Command): void {
  const command = program.command('predict').description('predict with a trained model, one line per example');
  addModelFlag(command, 'folder of a trained model, or of a sequence classifier of Transformers');
  addRequired(command, new Option('--task <name>', 'task to predict; ax uses the head of mnli'));
  addRequired(command, new Option('--input <file>', `file of examples, or ${STDIN} for standard input`));
  command
    .option('--output <file>', 'write there instead of to stdout')
    .option('--logits', 'raw logits instead of probabilities; of a regression head its output, after the sigmoid if it has one')
    .option('--json', 'one JSON object per line, with label, score, probabilities and logits');
  addConfigFlags(command).addHelpText('after', HELP).action(predict);
}

async function predict(flags: PredictFlags): Promise<void> {
  const config = configFromFlags(flags);
  requireFolder('--model', flags.model);
  if (flags.input !== STDIN) requireFile('--input', flags.input);
  if (flags.output !== undefined) requireReplaceable('--output', flags.output);
  const { Predictor } = await import('../../train/predictor.js');
  await endedBySignal(async () => {
    const predictor = await Predictor.open(flags.model, config.runtime, {
      task: flags.task,
      customTasks: config.customTasks,
      onNotice: printNotice,
    });
    try {
      await writeOutput(flags.output, (write) => answer(predictor, flags, write));
    } finally {
      await predictor.close();
    }
  });
}

async function answer(predictor: Predictor, flags: PredictFlags, write: WriteChunk): Promise<void> {
  const task = predictor.task(flags.task);
  const format = formatOf(flags);
  for await (const rows of readPredictionRows(flags.input, task)) {
    const predictions = await predictor.predict(task.name, rows);
    const lines = predictions.map((prediction) => `${formatPrediction(prediction, format)}\n`);
    await write(Buffer.from(lines.join('')));
  }
}

function formatOf({ json, logits }: PredictFlags): PredictionFormat {
  if (json === true) return 'json';
  return logits === true ? 'logits' : 'probabilities';
}
