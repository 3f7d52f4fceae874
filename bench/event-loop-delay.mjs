/**
 * How long the event loop is held up while a session trains: `node bench/event-loop-delay.mjs [seconds]`. Prints p50, p99 and max of the
 * delay beyond the timer's own resolution, idle first and then training, with the next batch packed while a step computes.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSession, randomBatch } from './random-session.mjs';

const SECONDS = Number(process.argv[2] ?? 10);
const RESOLUTION_MS = 1;

async function measure(label, work) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const note = await work(performance.now() + SECONDS * 1000);
  histogram.disable();
  const ms = (nanoseconds) => (nanoseconds / 1e6 - RESOLUTION_MS).toFixed(2).padStart(8);
  console.log(
    `${label.padEnd(10)} p50 ${ms(histogram.percentile(50))} ms  p99 ${ms(histogram.percentile(99))} ms  max ${ms(histogram.max)} ms  ${note}`,
  );
}

await measure('idle', async (end) => {
  await sleep(end - performance.now());
  return '';
});

const { bert, head, session } = makeSession({ hidden: 384, layers: 6, threads: 0 });
await session.step(randomBatch(32), { learningRate: 1e-4 });
await measure('training', async (end) => {
  let steps = 0;
  let next = randomBatch(32);
  while (performance.now() < end) {
    const step = session.step(next, { learningRate: 1e-4 });
    next = randomBatch(32);
    await step;
    steps++;
  }
  return `${steps} steps of 32 sequences, 6 layers, hidden size 384`;
});
await session.close();
bert.dispose();
head.dispose();
