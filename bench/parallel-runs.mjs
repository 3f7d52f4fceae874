/**
 * What training several models at once gains: `node bench/parallel-runs.mjs [--task rte] [--at-once 1,2] [--rounds 5] [--seconds 5] [--preset
 * quickstart] [--data data/mini-glue] [--model models/tiny-bert] [--set key=value …]`. Single-task trainings of the preset, the cores divided
 * between them. Each round measures every number, in turn, so that what else the machine does falls on all of them alike; the medians of the
 * rounds are printed, in real tokens per second of all models together.
 */
import { parseArgs } from 'node:util';
import { resolveConfig } from '../dist/config/load.js';
import { planRuns } from '../dist/experiment/arms.js';
import { calibrateSideBySide } from '../dist/experiment/calibrate.js';
import { createContext } from '../dist/experiment/context.js';

const { values } = parseArgs({
  options: {
    task: { type: 'string', default: 'rte' },
    'at-once': { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    preset: { type: 'string', default: 'quickstart' },
    data: { type: 'string', default: 'data/mini-glue' },
    model: { type: 'string', default: 'models/tiny-bert' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const numbers = values['at-once'].split(',').map(Number);

/** @param {number[]} list */
function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// No threads unless they are asked for: the cores are to be divided. The preset fixes them for machines that are busy with other work.
const set = ['runtime.threads=0', `tasks=["${values.task}"]`, 'arms=["single"]', ...values.set];
const config = resolveConfig({ preset: values.preset, set });
const [run] = planRuns(config);
const context = await createContext({
  config,
  tasks: config.tasks,
  dataDir: values.data,
  modelDir: values.model,
  teacherOutputsDir: '',
  onEvent: () => undefined,
});
const rates = new Map(numbers.map((number) => [number, []]));
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const number of numbers) rates.get(number).push(await calibrateSideBySide(context, run, number, Number(values.seconds)));
}
const base = median(rates.get(numbers[0]));
for (const [number, measured] of rates) {
  const [low, middle, high] = [Math.min(...measured), median(measured), Math.max(...measured)].map(Math.round);
  console.log(`${number} at once: ${middle} tokens/s (${low} to ${high}), ${(middle / base).toFixed(2)} of ${numbers[0]} at once`);
}
