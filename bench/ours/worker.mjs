/** Our side: the built package, as a user's program has it. Commands come as lines of JSON (bench/lib/worker.ts, bench/lib/sides.ts). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { loadAddon } from '../../dist/native/load.js';
import { Head } from '../../dist/nn/head.js';
import { openModelFolder } from '../../dist/nn/model-folder.js';
import { SafetensorsReader } from '../../dist/nn/safetensors.js';
import { Session } from '../../dist/train/session.js';

const OPTIMIZER = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, biasCorrection: true, clipNorm: 1 };

const commands = {
  open,
  train,
  evaluate,
  memory,
  gemm: (request) => loadAddon().gemmRate(request),
  about: () => loadAddon().runtimeInfo(),
};

/** What is open: session, heads' classes, and the batches, packed. */
let state = null;

async function open({ folder, device, dropout, threads, precision, products, firstTokensOnly = true }) {
  await state?.session.close();
  for (const module of state?.modules ?? []) module.dispose();
  const { bert } = await openModelFolder(folder, { device, dropout });
  const head = await openHead(folder, bert.config, device, dropout);
  const runtime = { engine: 'auto', precision, products, firstTokensOnly, threads };
  const session = Session.create({ bert, heads: [head], optimizer: OPTIMIZER, layerDecay: 1, dropoutSeed: 1, runtime });
  state = { session, modules: [bert, head], lists: packLists(folder, head.outputs) };
  return session.computes;
}

/** The classifier of the folder, under the name of a task of its own. */
async function openHead(folder, { hiddenSize }, device, dropout) {
  const file = await SafetensorsReader.open(join(folder, 'model.safetensors'));
  const [weight, bias] = [await file.read('classifier.weight'), await file.read('classifier.bias')];
  await file.close();
  const labels = Array.from(bias.data, (_, i) => `${i}`);
  const spec = { task: 'any', kind: 'classification', labels, scoreRange: null, activation: 'linear', dropout };
  const head = Head.create(spec, hiddenSize, device);
  head.load(
    new Map([
      ['heads.any.classifier.weight', weight],
      ['heads.any.classifier.bias', bias],
    ]),
  );
  return head;
}

function packLists(folder, classes) {
  const { rows, lists } = JSON.parse(readFileSync(join(folder, 'batches.json'), 'utf8'));
  return new Map(
    Object.entries(lists).map(([name, batches]) => [
      name,
      batches.map((numbers) =>
        pack(
          numbers.map((number) => rows[number]),
          classes,
        ),
      ),
    ]),
  );
}

function pack(rows, classes) {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach(({ ids }, b) => (offsets[b + 1] = offsets[b] + ids.length));
  const batch = {
    tokenIds: new Int32Array(offsets[rows.length]),
    typeIds: new Uint8Array(offsets[rows.length]),
    offsets,
    taskIds: new Uint8Array(rows.length),
    targets: new Float32Array(classes * rows.length),
    weights: new Float32Array(rows.length).fill(1 / rows.length),
  };
  rows.forEach(({ ids, boundary, label }, b) => {
    batch.tokenIds.set(ids, offsets[b]);
    batch.typeIds.fill(1, offsets[b] + boundary, offsets[b + 1]);
    batch.targets[classes * b + label] = 1;
  });
  return batch;
}

async function train({ list, passes, learningRate }) {
  const order = Array.from({ length: passes }, () => state.lists.get(list)).flat();
  const handOver = (index) => (index < order.length ? state.session.step(order[index], { learningRate }) : null);
  const steps = [];
  const losses = [];
  const start = performance.now();
  let before = start;
  let running = handOver(0);
  for (let index = 0; index < order.length; index++) {
    // As the trainer does: the next step waits in the session while this one is computed.
    const next = handOver(index + 1);
    const { loss } = await running;
    const now = performance.now();
    steps.push((now - before) / 1000);
    losses.push(loss);
    before = now;
    running = next;
  }
  return { seconds: (before - start) / 1000, steps, losses };
}

async function evaluate({ list, passes = 1 }) {
  const logits = [];
  const start = performance.now();
  for (let pass = 0; pass < passes; pass++) {
    logits.length = 0;
    for (const batch of state.lists.get(list)) logits.push(...(await state.session.evaluate(batch)));
  }
  return { seconds: (performance.now() - start) / 1000, logits };
}

/** Linux tells the largest resident size in status; writing 5 to clear_refs begins a new one. */
function memory({ reset = false }) {
  const status = readFileSync('/proc/self/status', 'utf8');
  const bytes = (name) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  if (reset) writeFileSync('/proc/self/clear_refs', '5');
  return { peak: bytes('VmHWM'), resident: bytes('VmRSS') };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...request } = JSON.parse(line);
  let answer;
  try {
    answer = await commands[command](request);
  } catch (error) {
    answer = { error: error.stack };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await state?.session.close();
