import { afterEach, describe, expect, it } from 'vitest';
import { Contender } from '../../bench/lib/paired.js';
import { Worker } from '../../bench/lib/worker.js';

/** A side whose passes take these seconds one after the other, then the last again and again; a turn's answer is that of its passes. */
const side = (...seconds: number[]): string => `
  const left = ${JSON.stringify(seconds)};
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { command, passes } = JSON.parse(line);
    if (command === 'memory') return console.log('{"peak":1,"resident":1}');
    const of = left.length > 1 ? left.shift() : left[0];
    console.log(JSON.stringify({ seconds: of * passes, steps: Array(passes).fill(of), losses: [] }));
  });`;

describe('warming', () => {
  const workers: Worker[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close();
  });

  function contender(...seconds: number[]): Contender {
    const worker = Worker.start(process.execPath, ['-e', side(...seconds)]);
    workers.push(worker);
    return new Contender(worker, {}, { list: 'plain', tokens: 100 });
  }

  it('takes the passes of a turn from the second pass', async () => {
    const one = contender(1, 0.25);
    await one.warm();
    await one.turn();
    expect(one.steps).toEqual([0.25, 0.25]);
  });

  it('takes a slow first pass for all of it on the CPU', async () => {
    const one = contender(3, 0.25);
    await one.warm();
    await one.turn();
    expect(one.steps).toEqual([0.25]);
  });

  it('takes them from the third on CUDA, however long compiling and recording took', async () => {
    const one = contender(30, 5, 0.1);
    await one.warm('cuda');
    await one.turn();
    expect(one.steps).toEqual([0.1, 0.1, 0.1, 0.1, 0.1]);
  });
});
