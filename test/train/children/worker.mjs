/** A worker that trains until it is terminated; it says when its first step has begun. */
import { parentPort } from 'node:worker_threads';
import { makeSession, randomBatch } from '../../../bench/random-session.mjs';

const { session } = makeSession();
const batch = randomBatch(256);
for (;;) {
  const step = session.step(batch, { learningRate: 1e-4 });
  parentPort.postMessage('stepping');
  await step;
}
