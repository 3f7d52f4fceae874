/**
 * Ends the process when a case does not come to an end: a loop that never yields can be stopped from another thread only. It says which
 * case it was, and vitest reports the file as failed.
 */
import { Worker } from 'node:worker_threads';

const CODE = `
const { workerData, parentPort } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let name = '';
let since = Date.now();
parentPort.on('message', (next) => { name = next; since = Date.now(); });
setInterval(() => {
  if (name === '' || Date.now() - since < workerData.limit) return;
  writeSync(2, 'fuzz: ' + name + ' does not end\\n');
  process.kill(process.pid, 'SIGKILL');
}, 500);
`;

export class Watchdog {
  private readonly worker: Worker;

  /** @param limit milliseconds for one case */
  constructor(limit: number) {
    this.worker = new Worker(CODE, { eval: true, workerData: { limit } });
    this.worker.unref();
  }

  begin(name: string): void {
    this.worker.postMessage(name);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
