/** Which model a training keeps, when it stops early, and that a stopped one decides as if it had not been. */
import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../src/config/schema.js';
import { Selection } from '../../src/train/selection.js';
import { BornAgainError } from '../../src/util/errors.js';
import { makeRig } from './random-model.js';
import { smallData, temporaryFolder, tinyModel } from './tiny-model.js';
import { trainRte, type Place, type Trained, type TrainingCall } from './training-rig.js';

/** Every other step is scored. The best is that of step 6, and as good again at step 10. */
const SCORES: Readonly<Record<number, number>> = { 2: 0.5, 4: 0.4, 6: 0.7, 8: 0.6, 10: 0.7, 12: 0.2 };
const score = (step: number): number => SCORES[step] ?? NaN;
const best: ConfigInput = { selection: { keep: 'best', every: 2 } };
let place: Place;

beforeAll(async () => {
  const dataDir = await smallData(['RTE'], 49);
  place = { dataDir, modelDir: await tinyModel(dataDir) };
});

type Call = Omit<TrainingCall, 'folder' | keyof Place> & { readonly folder?: string };
const trained = async (call: Call): Promise<Trained> => trainRte({ ...place, folder: await temporaryFolder(), ...call });
const log = async (folder: string): Promise<number[]> =>
  (await readFile(join(folder, 'selection.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { step: number }).step);
const evaluated = ({ events }: Trained): number[] => events.filter((event) => event.kind === 'selection').map(({ step }) => step);

/** The parameters after so many steps of a training that nobody scores. */
async function bytesAfter(steps: number): Promise<string> {
  const controller = new AbortController();
  const onEvent: TrainingCall['onEvent'] = (event) => {
    if (event.kind === 'step' && event.step === steps) controller.abort();
  };
  // No step is handed over behind one that is to be kept, so none is at work when this one is reported.
  const config = { runtime: { threads: 1, checkpointSteps: steps } };
  return (await trained({ config, onEvent, signal: controller.signal })).bytes;
}

/** Trains into the folder until something happens, and dies there: no checkpoint is made on the way out. */
async function dieAt(kind: 'step' | 'selection', step: number, folder: string, config: ConfigInput): Promise<void> {
  const onEvent: TrainingCall['onEvent'] = (event) => {
    if (event.kind === kind && event.step === step) throw new Error('killed');
  };
  expect((await trained({ folder, config, score, onEvent })).error).toMatchObject({ message: 'killed' });
}

describe('selection on dev', () => {
  it('keeps the parameters of the best evaluation, the first of equals', async () => {
    const run = await trained({ config: best, score });
    expect(run.error).toBeNull();
    expect(run.selected).toEqual({ keep: 'best', best: { step: 6, score: 0.7 }, evaluations: 6, stoppedAt: null });
    expect(run.bytes).toBe(await bytesAfter(6));
  });

  it('leaves the training alone: evaluations change nothing', async () => {
    const last = await trained({ config: { selection: { keep: 'last', patience: 99, every: 1 } }, score: () => 0 });
    expect(last.bytes).toBe((await trained({})).bytes);
  });

  it('evaluates after each epoch and after the last step', async () => {
    expect(evaluated(await trained({ config: { selection: { keep: 'best' } }, score: () => 1 }))).toEqual([6, 12]);
    const config = { selection: { keep: 'best' }, single: { epochs: 2.5, batchSize: 8 } } as const;
    expect(evaluated(await trained({ config, score: () => 1 }))).toEqual([6, 12, 15]);
    expect(evaluated(await trained({ config: { selection: { keep: 'best', every: 5 } }, score: () => 1 }))).toEqual([5, 10, 12]);
  });

  it('stops when patience is at its end, with the best model or the last', async () => {
    const stops = await trained({ config: { selection: { keep: 'best', every: 2, patience: 2 } }, score });
    expect(stops.selected).toEqual({ keep: 'best', best: { step: 6, score: 0.7 }, evaluations: 5, stoppedAt: 10 });
    expect(stops.bytes).toBe(await bytesAfter(6));
    const last = await trained({ config: { selection: { every: 2, patience: 1 } }, score });
    expect(last.selected).toMatchObject({ keep: 'last', best: { step: 2 }, stoppedAt: 4 });
    expect(last.bytes).toBe(await bytesAfter(4));
  });

  it('keeps no more models than the training and its two checkpoints count on', async () => {
    const folder = await temporaryFolder();
    await trained({ folder, config: { selection: { keep: 'best', every: 1 } }, score: (step) => step });
    const kept = (await readdir(join(folder, 'checkpoints'))).sort();
    expect(kept).toEqual([9, 12].flatMap((step) => `best-${String(step).padStart(8, '0')}.safetensors`).concat(kept.slice(2)));
    expect(kept.slice(2)).toEqual(['step-00000009.safetensors', 'step-00000012.safetensors']);
  });
});

describe('a training that was killed', () => {
  it.each([
    ['step', 3],
    ['step', 7],
    ['selection', 6],
    ['selection', 8],
    ['selection', 12],
  ] as const)('at %s %i selects as one that was not', async (kind, step) => {
    const config: ConfigInput = { selection: { keep: 'best', every: 2 } };
    const whole = await trained({ config, score });
    const folder = await temporaryFolder();
    await dieAt(kind, step, folder, config);
    const rest = await trained({ folder, config, score });
    expect(rest.bytes).toBe(whole.bytes);
    expect(rest.selected).toEqual(whole.selected);
    expect(await log(folder)).toEqual([2, 4, 6, 8, 10, 12]);
  });

  it('stops early where it would have stopped', async () => {
    const config: ConfigInput = { selection: { keep: 'best', every: 2, patience: 2 } };
    const whole = await trained({ config, score });
    for (const step of [5, 9, 10]) {
      const folder = await temporaryFolder();
      await dieAt('step', step, folder, config);
      const rest = await trained({ folder, config, score });
      expect([rest.bytes, rest.selected]).toEqual([whole.bytes, whole.selected]);
    }
    const folder = await temporaryFolder();
    await trained({ folder, config, score });
    const again = await trained({ folder, config, score });
    expect(again.events.filter((event) => event.kind === 'step')).toEqual([]);
    expect([again.bytes, again.selected]).toEqual([whole.bytes, whole.selected]);
  });

  const cancelledAt6 = (step: number): number => {
    if (step === 6) throw new BornAgainError('ERR_CANCELLED', 'cancelled while rte was evaluated');
    return score(step);
  };

  it('evaluates what a cancelled call had trained and not evaluated', async () => {
    const folder = await temporaryFolder();
    const first = await trained({ folder, config: best, score: cancelledAt6 });
    expect(first.error).toMatchObject({ code: 'ERR_CANCELLED', details: { step: 6 } });
    const rest = await trained({ folder, config: best, score });
    expect(rest.selected).toEqual({ keep: 'best', best: { step: 6, score: 0.7 }, evaluations: 6, stoppedAt: null });
    expect(rest.bytes).toBe(await bytesAfter(6));
  });

  it('after it had evaluated that goes on from the same checkpoint, whose best model is another by then', async () => {
    const folder = await temporaryFolder();
    const config: ConfigInput = { ...best, runtime: { threads: 1, checkpointSteps: 1000 } };
    await trained({ folder, config, score: cancelledAt6 });
    await dieAt('step', 8, folder, config);
    const rest = await trained({ folder, config, score });
    expect(rest.error).toBeNull();
    expect(rest.events[0]).toMatchObject({ kind: 'run-started', startStep: 6 });
    expect(evaluated(rest)).toEqual([8, 10, 12]);
    expect(rest.selected).toEqual({ keep: 'best', best: { step: 6, score: 0.7 }, evaluations: 6, stoppedAt: null });
    expect(rest.bytes).toBe(await bytesAfter(6));
  });

  it.each([
    ['damaged', (path: string) => truncate(path, 1000)],
    ['missing', (path: string) => rm(path)],
  ])('goes back to the checkpoint before when the best model is %s', async (_, harm) => {
    const folder = await temporaryFolder();
    await dieAt('step', 8, folder, best);
    await harm(join(folder, 'checkpoints', 'best-00000006.safetensors'));
    const rest = await trained({ folder, config: best, score });
    expect(rest.events[0]).toMatchObject({ kind: 'notice', level: 'warning', message: expect.stringContaining('best-00000006') });
    expect(rest.events[1]).toMatchObject({ kind: 'run-started', startStep: 3 });
    expect(rest.bytes).toBe(await bytesAfter(6));
  });

  it('refuses a checkpoint that does not say how the model did on dev', async () => {
    const folder = await temporaryFolder();
    await trained({ folder });
    const { error } = await trained({ folder, config: best, score });
    expect(error).toMatchObject({ code: 'ERR_CHECKPOINT', message: expect.stringContaining('does not say how the model did on dev') });
  });

  it('refuses a checkpoint whose notes were changed', async () => {
    const folder = await temporaryFolder();
    await dieAt('step', 4, folder, best);
    const path = join(folder, 'checkpoints', 'step-00000003.safetensors');
    const bytes = await readFile(path);
    bytes.write('0.6', bytes.indexOf('0.5'));
    await writeFile(path, bytes);
    const { error } = await trained({ folder, config: best, score });
    expect(error).toMatchObject({ code: 'ERR_CHECKPOINT', message: expect.stringContaining('is damaged') });
  });
});

describe('an evaluation whose model cannot be kept', () => {
  it('is not taken, so that no checkpoint counts on it', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const rig = makeRig({ hidden: 8, heads: 2, intermediate: 8, layers: 1 }, 0, { threads: 1 });
    const selection = new Selection({ settings: configSchema.parse(best).selection, epochs: 1 }, 12, file);
    await expect(selection.add({ step: 2, score: 0.5 }, rig.session)).rejects.toMatchObject({ code: 'ERR_IO' });
    expect([selection.best, selection.toNotes()]).toEqual([null, { selection: '[]' }]);
    await rig.close();
  });
});
