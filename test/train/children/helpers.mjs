/**
 * Prints how many threads this process has: before it computes, after it computed with tensors, and while a session of one thread is done
 * with a step.
 */
import { readdirSync } from 'node:fs';
import { Tensor } from '../../../dist/tensor/index.js';
import { makeSession, randomBatch } from '../../../bench/random-session.mjs';

const threads = () => readdirSync('/proc/self/task').length;
const made = makeSession({ hidden: 16, layers: 1, threads: 1 });
const counts = [threads()];
Tensor.zeros([1000, 1000]).exp();
counts.push(threads());
await made.session.step(randomBatch(4), { learningRate: 1e-4 });
counts.push(threads());
await made.session.close();
process.stdout.write(JSON.stringify(counts));
