/**
 * What memory.test.ts runs outside of its own thread or process: as a worker_thread with workerData { addon, task }, or as a program with
 * the addon's path and a task as arguments. Plain JavaScript, as no test runner compiles what a worker loads.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const { addon: path, task } = isMainThread ? { addon: process.argv[2], task: process.argv[3] } : workerData;

class WorkerError extends Error {
  constructor(code, message) {
    super(`WorkerError ${code} ${message}`);
  }
}

function load() {
  const module = { exports: {} };
  process.dlopen(module, path);
  module.exports.setErrorClass(WorkerError);
  return module.exports;
}

function leafThatRequiresGrad(ops) {
  const leaf = ops.full([64, 64], 1, 'float32', 'cpu');
  leaf.requiresGrad = true;
  return leaf;
}

const tasks = {
  /** Counts and an error of this environment alone. */
  count() {
    const { ops, memory } = load();
    const tensors = [1, 2, 3].map((value) => ops.full([1], value, 'float32', 'cpu'));
    const { tensorsLive: live, bytes } = memory();
    tensors[0].dispose();
    try {
      ops.neg(tensors[0]);
    } catch (error) {
      parentPort.postMessage({ live, bytes, error: error.message });
    }
  },

  /** Computes and differentiates until it is terminated. */
  loop() {
    const { ops } = load();
    const leaf = leafThatRequiresGrad(ops);
    parentPort.postMessage('started');
    for (;;) {
      const product = ops.matmul(leaf, leaf);
      const sum = ops.sum(product, null, false);
      ops.backward(sum, null, false);
      ops.zeroGrad(leaf);
      sum.dispose();
      product.dispose();
    }
  },

  /** Ends by itself, tensors alive. */
  alive() {
    const { ops } = load();
    globalThis.kept = Array.from({ length: 100 }, () => ops.full([1000], 1, 'float32', 'cpu'));
  },

  /** Ends by process.exit, tensors alive. */
  exit() {
    tasks.alive();
    process.on('exit', () => undefined);
    process.exitCode = 0;
    setImmediate(() => process.exit());
  },

  /** Ends with a graph and a gradient alive. */
  graph() {
    const { ops } = load();
    const leaf = leafThatRequiresGrad(ops);
    const sum = ops.sum(ops.matmul(leaf, leaf), null, false);
    ops.backward(sum, null, true);
    globalThis.kept = [leaf, sum, ops.grad(leaf)];
  },

  /** Loads the addon in a worker only, twice: the libraries must survive the worker that brought them in. */
  async worker() {
    for (let round = 0; round < 2; round += 1) {
      const started = new Worker(new URL(import.meta.url), { workerData: { addon: path, task: 'graph' } });
      const code = await new Promise((resolve, reject) => started.once('exit', resolve).once('error', reject));
      if (code !== 0) throw new Error(`the worker ended with code ${code}`);
    }
  },
};

if (isMainThread) process.stdout.write(`${task}\n`);
await tasks[task]();
