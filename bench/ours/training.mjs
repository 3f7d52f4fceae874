/**
 * The trainer that users run, in a process of its own, on made-up sequences: a request comes on stdin and the answer goes to stdout, both JSON
 * (bench/lib/training.ts). Whatever a step costs beside native compute is in it: packing the next batch, crossing into the addon, the log, events.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { resolveConfig } from '../../dist/config/load.js';
import { readCacheFile, writeCacheFile } from '../../dist/data/cache-file.js';
import { initHead } from '../../dist/nn/head.js';
import { openModelFolder } from '../../dist/nn/model-folder.js';
import { taskByName } from '../../dist/tasks/index.js';
import { headSpec } from '../../dist/train/heads.js';
import { LOG_FILES, RunLog } from '../../dist/train/run-log.js';
import { Session } from '../../dist/train/session.js';
import { createStepMaker } from '../../dist/train/step-maker.js';
import { train } from '../../dist/train/trainer.js';
import { createRandom } from '../../dist/util/random.js';

const ALL_TASKS = ['mnli', 'qqp', 'qnli', 'rte', 'mrpc', 'stsb', 'cola', 'sst2', 'wnli'];
const SEED = 3;

/** A task's training set whose rows have the lengths given, read from a tokenised file as every training's is. */
async function makeDataset(folder, name, lengths) {
  const random = createRandom(SEED, name);
  const task = taskByName(name);
  const tokenOffsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, row) => (tokenOffsets[row + 1] = tokenOffsets[row] + length));
  const classes = task.kind === 'classification' ? task.labels.length : 0;
  const columns = {
    rows: lengths.length,
    idBytes: new Uint8Array(0),
    idOffsets: new Int32Array(lengths.length + 1),
    tokens: Int32Array.from({ length: tokenOffsets[lengths.length] }, () => 1000 + random.integer(29_000)),
    tokenOffsets,
    boundaries: Int32Array.from(lengths, (length) => Math.ceil(length / 2)),
    labels: Float32Array.from(lengths, () => (classes > 0 ? random.integer(classes) : random.uniform())),
  };
  const path = join(folder, `${name}.arrow`);
  const asked = { task, split: 'train' };
  const none = { count: 0, rows: [] };
  const counts = { rows: lengths.length, tokens: columns.tokens.length, truncated: 0, badRows: none, droppedRows: none };
  await writeCacheFile(path, 'made up', asked, [columns], () => counts);
  return (await readCacheFile(path, 'made up', asked)).dataset;
}

function residentBytes() {
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? Number.NaN);
}

/** Seconds of a run from its second step on, inside native compute and in all, and what memory did meanwhile. */
async function run({ folder, tasks, lengths, batch, steps, threads, seed }) {
  const scratch = await mkdtemp(join(tmpdir(), 'bornagain-training-'));
  const config = resolveConfig({ set: [`multi.batchSize=${batch}`, `multi.epochs=${(steps * batch) / (tasks * lengths.length)}`] });
  const { bert } = await openModelFolder(folder, { device: 'cpu', dropout: 0.1 });
  const names = ALL_TASKS.slice(0, tasks);
  const training = [];
  for (const name of names) training.push({ dataset: await makeDataset(scratch, name, lengths), teacher: null });
  const heads = names.map((name) =>
    initHead(headSpec(taskByName(name), config.model), bert.config.hiddenSize, 'cpu', seed, config.model.headInit),
  );
  const runtime = { ...config.runtime, threads };
  const session = Session.create({
    bert,
    heads,
    optimizer: config.optimizer,
    layerDecay: config.multi.layerDecay,
    dropoutSeed: seed,
    runtime,
  });
  const stepMaker = createStepMaker({ tasks: training, shape: config.multi, config, seed });
  const times = [];
  const tokens = [];
  const memory = [];
  const onEvent = (event) => {
    if (event.kind !== 'step') return;
    times.push(performance.now());
    tokens.push(event.tokens);
    if (event.step % 20 === 0) memory.push([event.step, residentBytes()]);
  };
  const log = new RunLog(scratch, { tensorboard: config.logging.tensorboard, introduction: '' });
  const job = { runId: 'bench', arm: 'multi', seed, session, tasks: training, steps: stepMaker, log, onEvent };
  await train({ ...job, checkpointDir: join(scratch, 'checkpoints'), checkpointSteps: 0 });
  log.close();
  const logged = readFileSync(join(scratch, LOG_FILES.timings), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  await session.close();
  await rm(scratch, { recursive: true });
  return { times, tokens, native: logged.map(({ seconds }) => seconds), memory };
}

/** The steps behind the first tenth, in which buffers still grow. */
function summary({ times, tokens, native, memory }) {
  const from = Math.max(1, Math.floor(times.length / 10));
  const seconds = (times.at(-1) - times[from - 1]) / 1000;
  const sum = (values) => values.slice(from).reduce((total, value) => total + value, 0);
  return { steps: times.length, seconds, native: sum(native), tokensPerSecond: sum(tokens) / seconds, memory };
}

/** `runs` trainings at once (`together`) or one after the other; the seconds are of all. */
async function main({ runs = 1, together = false, ...request }) {
  const start = performance.now();
  const seeds = Array.from({ length: runs }, (_, i) => i + 1);
  const results = [];
  if (together) results.push(...(await Promise.all(seeds.map((seed) => run({ ...request, seed })))));
  else for (const seed of seeds) results.push(await run({ ...request, seed }));
  return { ...summary(results[0]), allSeconds: (performance.now() - start) / 1000 };
}

console.log(JSON.stringify(await main(JSON.parse(readFileSync(0, 'utf8')))));
