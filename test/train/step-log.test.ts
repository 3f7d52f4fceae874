import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StepLog, type StepLogEntry } from '../../src/train/step-log.js';
import { temporaryFolder } from './tiny-model.js';

const entry = (step: number): StepLogEntry => ({
  step,
  loss: 1,
  lambda: null,
  learningRate: 0,
  gradientNorm: 1,
  tokens: 8,
  seconds: 0.1,
  tasks: { rte: { count: 2, loss: 0.7 } },
});

const temporaryLog = async (): Promise<string> => join(await temporaryFolder(), 'run', 'steps.jsonl');

async function write(path: string, finished: number, steps: number[]): Promise<void> {
  const log = await StepLog.open(path, finished);
  for (const step of steps) log.append(entry(step));
  log.flush();
  log.close();
}

const stepsIn = async (path: string): Promise<number[]> =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as StepLogEntry).step);

describe('StepLog', () => {
  it('drops the lines past the checkpoint it goes on from', async () => {
    const path = await temporaryLog();
    await write(path, 0, [1, 2, 3, 4]);
    await write(path, 2, [3, 4, 5]);
    expect(await stepsIn(path)).toEqual([1, 2, 3, 4, 5]);
  });

  it('drops a line that a crash cut', async () => {
    const path = await temporaryLog();
    await write(path, 0, [1, 2]);
    await writeFile(path, (await readFile(path, 'utf8')) + '{"step":3,"lo');
    await write(path, 2, [3]);
    expect(await stepsIn(path)).toEqual([1, 2, 3]);
  });

  it('starts anew at step 0', async () => {
    const path = await temporaryLog();
    await write(path, 0, [1, 2]);
    await write(path, 0, [1]);
    expect(await stepsIn(path)).toEqual([1]);
  });
});
