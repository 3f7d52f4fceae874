/**
 * A training on a file of that many rows, in a process of its own: a request comes on stdin and the answer goes to stdout, both JSON. `data` is a
 * folder in GLUE's layout whose SST-2 is trained on; its tokenised form is made where it is not there yet.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { resolveConfig } from '../../dist/config/load.js';
import { initHead } from '../../dist/nn/head.js';
import { openModelFolder } from '../../dist/nn/model-folder.js';
import { taskByName } from '../../dist/tasks/index.js';
import { headSpec } from '../../dist/train/heads.js';
import { prepareData } from '../../dist/train/prepare-data.js';
import { RunLog } from '../../dist/train/run-log.js';
import { Session } from '../../dist/train/session.js';
import { createStepMaker } from '../../dist/train/step-maker.js';
import { train } from '../../dist/train/trainer.js';

const BATCH = 32;

function status(name) {
  return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? Number.NaN);
}

async function main({ data, model, out, rows, steps, threads }) {
  const epochs = (steps * BATCH) / rows;
  const config = resolveConfig({ set: [`single.batchSize=${BATCH}`, `single.epochs=${epochs}`] });
  const quiet = () => undefined;
  const start = performance.now();
  const prepared = await prepareData({
    config,
    splits: [{ task: 'sst2', split: 'train' }],
    dataDir: data,
    modelDir: model,
    onEvent: quiet,
  });
  const seconds = (performance.now() - start) / 1000;
  const { bert } = await openModelFolder(model, { device: 'cpu', dropout: 0.1 });
  const task = taskByName('sst2');
  const head = initHead(headSpec(task, config.model), bert.config.hiddenSize, 'cpu', 1, config.model.headInit);
  const { optimizer, single, runtime } = config;
  const session = Session.create({ bert, heads: [head], optimizer, layerDecay: 1, dropoutSeed: 1, runtime: { ...runtime, threads } });
  const tasks = [{ dataset: prepared.get('sst2', 'train'), teacher: null }];
  const stepMaker = createStepMaker({ tasks, shape: single, config, seed: 1 });
  const times = [];
  const tokens = [];
  const onEvent = (event) => {
    if (event.kind !== 'step') return;
    times.push(performance.now());
    tokens.push(event.tokens);
  };
  const log = new RunLog(join(out, 'run'), { tensorboard: config.logging.tensorboard, introduction: '' });
  const job = { runId: 'bench', arm: 'single', seed: 1, session, tasks, steps: stepMaker, log, onEvent };
  await train({ ...job, checkpointDir: join(out, 'checkpoints'), checkpointSteps: 0 });
  log.close();
  await session.close();
  const half = Math.floor(times.length / 2);
  const trained = tokens.slice(half).reduce((sum, count) => sum + count, 0);
  // The clock of performance.now() began with the process.
  const firstStep = times[0] / 1000;
  return { prepare: seconds, firstStep, tokensPerSecond: (1000 * trained) / (times.at(-1) - times[half - 1]), peak: status('VmHWM') };
}

console.log(JSON.stringify(await main(JSON.parse(readFileSync(0, 'utf8')))));
