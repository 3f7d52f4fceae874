/** The logs of a run that stops anywhere and goes on: every step and every evaluation once, in each of the files. */
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOG_FILES, removeLogs, RunLog, type EvaluationLogEntry, type StepLogEntry } from '../../src/train/run-log.js';
import { eventsIn, scalarSteps } from './tensorboard/read-events.js';
import { temporaryFolder } from './tiny-model.js';
import { readLog } from './training-rig.js';

const entry = (step: number): StepLogEntry => ({
  step,
  loss: 1 / step,
  lambda: null,
  learningRate: 0,
  gradientNorm: 1,
  tokens: 8,
  tasks: { rte: { count: 2, loss: 0.7 } },
});
const evaluation = (step: number): EvaluationLogEntry => ({ step, split: 'dev', tasks: { rte: { accuracy: 0.5 } }, average: 0.5 });

const temporaryRun = async (): Promise<string> => join(await temporaryFolder(), 'run');

async function write(folder: string, finished: number, steps: readonly number[], evaluated: readonly number[] = []): Promise<void> {
  const log = new RunLog(folder, { tensorboard: true, introduction: 'a run of the tests' });
  await log.open(finished);
  for (const step of evaluated.filter((each) => each <= finished)) log.evaluation(evaluation(step));
  for (const step of steps) {
    log.step(entry(step), { seconds: 0.1, tokensPerSecond: 80 });
    if (evaluated.includes(step)) log.evaluation(evaluation(step));
  }
  log.flush();
  log.close();
}

/** What a `RunLog` opens; `selection.jsonl` is the trainer's, where dev plays a part in the training. */
const OPENED = ['steps', 'timings', 'evaluations'] as const;

/** Steps by file, TensorBoard's by tag. */
async function stepsOf(folder: string): Promise<Record<string, number[]>> {
  const steps: Record<string, number[]> = {};
  for (const name of OPENED) {
    const file = LOG_FILES[name];
    const text = await readFile(join(folder, file), 'utf8');
    steps[name] = text === '' ? [] : (await readLog<StepLogEntry>(folder, file)).map(({ step }) => step);
  }
  const events = await eventsIn(folder);
  return { ...steps, loss: scalarSteps(events, 'train/loss'), accuracy: scalarSteps(events, 'dev/rte_accuracy') };
}

const all = (steps: number[], evaluations: number[] = []): Record<string, number[]> => ({
  steps,
  timings: steps,
  evaluations,
  loss: steps,
  accuracy: evaluations,
});

const eventFiles = async (folder: string): Promise<string[]> => (await readdir(folder)).filter((name) => name.includes('tfevents')).sort();

describe('the logs of a run', () => {
  it('drop what lies past the checkpoint it goes on from', async () => {
    const folder = await temporaryRun();
    await write(folder, 0, [1, 2, 3, 4], [2, 4]);
    await write(folder, 2, [3, 4, 5], [4]);
    expect(await stepsOf(folder)).toEqual(all([1, 2, 3, 4, 5], [2, 4]));
  });

  it('hold an evaluation of an earlier step once, of the model that was kept, where it is done again', async () => {
    const folder = await temporaryRun();
    await write(folder, 0, [1, 2, 3, 4], []);
    await write(folder, 4, [], [2]);
    await write(folder, 4, [], [2]);
    expect(await stepsOf(folder)).toEqual(all([1, 2, 3, 4], [2]));
  });

  it('hold an evaluation once that is done again at the checkpoint', async () => {
    const folder = await temporaryRun();
    await write(folder, 0, [1, 2], [2]);
    await write(folder, 2, [], [2]);
    await write(folder, 2, [], [2]);
    expect(await stepsOf(folder)).toEqual(all([1, 2], [2]));
  });

  it('drop what a crash cut', async () => {
    const folder = await temporaryRun();
    await write(folder, 0, [1, 2]);
    for (const file of [LOG_FILES.steps, LOG_FILES.timings]) {
      await writeFile(join(folder, file), (await readFile(join(folder, file), 'utf8')) + '{"step":3,"lo');
    }
    const [file = ''] = await eventFiles(folder);
    const events = await readFile(join(folder, file));
    await writeFile(join(folder, file), Buffer.concat([events, events.subarray(0, 20)]));
    await write(folder, 2, [3]);
    expect(await stepsOf(folder)).toEqual(all([1, 2, 3]));
    expect(await readFile(join(folder, file))).toEqual(events);
  });

  it('start anew at step 0, with one event file', async () => {
    const folder = await temporaryRun();
    await write(folder, 0, [1, 2], [2]);
    await write(folder, 1, [2]);
    await write(folder, 0, [1]);
    expect(await stepsOf(folder)).toEqual(all([1]));
    expect(await eventFiles(folder)).toEqual(['events.out.tfevents.0000000001.bornagain']);
  });

  /** Files of the folder that this process holds open. */
  const held = (folder: string): string[] =>
    readdirSync('/proc/self/fd').flatMap((descriptor) => {
      try {
        const path = readlinkSync(join('/proc/self/fd', descriptor));
        return path.startsWith(folder) ? [path] : [];
      } catch {
        return []; // the descriptor that listed them is closed by now
      }
    });

  it.runIf(process.platform === 'linux')('are closed where one of them cannot be opened', async () => {
    const folder = await temporaryRun();
    const log = new RunLog(folder, { tensorboard: true, introduction: 'a run of the tests' });
    await log.open(0);
    expect(held(folder)).toHaveLength(4);
    log.close();
    // A folder that nobody can remove as a file.
    await mkdir(join(folder, 'events.out.tfevents.0000000002.bornagain'));
    await expect(log.open(0)).rejects.toMatchObject({ code: 'ERR_IO' });
    expect(held(folder)).toEqual([]);
    // The event file is made, and then writing into it fails.
    const text = {
      toString: (): string => {
        throw new RangeError('no text');
      },
    };
    const unwritable = new RunLog(await temporaryRun(), { tensorboard: true, introduction: text as unknown as string });
    await expect(unwritable.open(0)).rejects.toThrow('no text');
    expect(held(unwritable.folder)).toEqual([]);
  });

  it('can be removed, and nothing else with them', async () => {
    const folder = await temporaryRun();
    await write(folder, 0, [1], [1]);
    await writeFile(join(folder, 'run.json'), '{}');
    await removeLogs(folder);
    await removeLogs(folder);
    expect(await readdir(folder)).toEqual(['run.json']);
  });

  it('begin the event file of a later call by telling a reader which steps to forget', async () => {
    const folder = await temporaryRun();
    await write(folder, 0, [1, 2, 3]);
    await write(folder, 2, [3]);
    expect(await eventFiles(folder)).toHaveLength(2);
    expect((await eventsIn(folder)).filter(({ sessionStart }) => sessionStart).map(({ step }) => step)).toEqual([3]);
  });
});
