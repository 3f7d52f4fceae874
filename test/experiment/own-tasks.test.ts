/** What may be said anew of a task of one's own while its models are trained, and after. */
import { readFileSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.js';
import { readExperimentFile } from '../../src/experiment/output-folder.js';
import { readPredictions, type PredictionRecord } from '../../src/experiment/predictions.js';
import { readRunRecord } from '../../src/experiment/run-record.js';
import { runKey } from '../../src/experiment/run-store.js';
import { settingsHash } from '../../src/experiment/settings.js';
import { temporaryFolder } from '../train/tiny-model.js';
import { readSteps } from '../train/training-rig.js';
import { abortAt, experiment, started, weights } from './experiment-rig.js';

const EXAMPLE = 'examples/own-tasks';
const place = { dataDir: `${EXAMPLE}/data`, modelDir: 'models/tiny-bert' };
const RUN = 'single/notes/seed-1';

const { customTasks } = JSON.parse(readFileSync(`${EXAMPLE}/config.json`, 'utf8')) as { customTasks: Record<'notes', Described> };
interface Described {
  readonly title: string;
  readonly files: Readonly<Record<'train' | 'dev' | 'test', string>>;
  readonly metrics: readonly string[];
}
const { train, dev } = customTasks.notes.files;

function described(notes: Partial<Described>, runtime: ConfigInput['runtime'] = {}): ConfigInput {
  const own = { notes: { ...customTasks.notes, ...notes } } as unknown as ConfigInput['customTasks'];
  return { tasks: ['notes'], arms: ['single'], customTasks: own, runtime: { threads: 1, checkpointSteps: 2, ...runtime } };
}
const another = described({ title: 'Slips', files: { train, dev } as Described['files'] });

let whole: string;
let shareDir: string;
beforeAll(async () => {
  whole = await temporaryFolder();
  shareDir = await temporaryFolder();
  await experiment({ ...place, outDir: whole, config: described({}, { shareDir }) });
});

it('is trained once, whatever its title is and whether it has a test file', async () => {
  const before = await weights(whole);
  const { results, events } = await experiment({ ...place, outDir: whole, config: another });
  expect(started(events)).toEqual([]);
  expect(results.failures).toEqual([]);
  expect(await weights(whole)).toEqual(before);
});

it('is taken from a store under another title, and under the key of before its title ceased to count', async () => {
  const trained = async (config: ConfigInput): Promise<string[]> =>
    started((await experiment({ ...place, outDir: await temporaryFolder(), config })).events);
  expect(await trained(described({ title: 'Slips' }, { shareDir }))).toEqual([]);

  const [entry = ''] = await readdir(shareDir);
  const record = await readRunRecord(join(shareDir, entry));
  const begun = await readExperimentFile(whole);
  if (record === null || begun?.computes === undefined) throw new Error('the first experiment left no record');
  const { computes, config } = begun;
  await rename(join(shareDir, entry), join(shareDir, runKey(record.settings, { computes, config }, settingsHash(record.settings))));
  expect(await trained(described({}, { shareDir }))).toEqual([]);
});

describe('with other metrics', () => {
  const accuracy = described({ metrics: ['accuracy'] });
  const matthews = described({ metrics: ['matthews', 'accuracy'] });

  it('is scored by them without being trained again, and told once', async () => {
    const outDir = await temporaryFolder();
    const first = await experiment({ ...place, outDir, config: accuracy });
    const before = await weights(outDir);
    const { results, events } = await experiment({ ...place, outDir, config: matthews });
    expect(events.filter(({ kind }) => kind === 'step')).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'notice', runId: RUN, message: expect.stringMatching(/metrics of notes/) as string }),
    );
    expect(await weights(outDir)).toEqual(before);

    const { notes } = results.runs[0]?.tasks ?? {};
    expect(notes?.accuracy).toBe(first.results.runs[0]?.tasks.notes?.accuracy);
    expect(notes?.matthews).toBeCloseTo(await matthewsOfAnswers(join(outDir, 'runs', RUN)), 12);
    expect(started((await experiment({ ...place, outDir, config: matthews })).events)).toEqual([]);
  });

  it('goes on from its checkpoint, but not where it is selected by one', async () => {
    const selection = { keep: 'best', every: 2 } as const;
    for (const chosen of [{}, { selection }]) {
      const outDir = await temporaryFolder();
      const aborted = experiment({ ...place, outDir, config: { ...accuracy, ...chosen }, ...abortAt(RUN, 5) });
      await expect(aborted).rejects.toThrow(expect.objectContaining({ code: 'ERR_CANCELLED' }));
      // The step that is computed when it is aborted ends as well.
      const done = (await readSteps(join(outDir, 'runs', RUN))).length;
      expect(done).toBeGreaterThanOrEqual(5);
      const again = experiment({ ...place, outDir, config: { ...matthews, ...chosen } });
      if ('selection' in chosen) await expect(again).rejects.toThrow(/customTasks\.notes\.metrics is accuracy there/);
      else expect((await again).events.find((event) => event.kind === 'step')).toMatchObject({ runId: RUN, step: done + 1 });
    }
  });
});

/** In the form for many classes, by the counts of the answers: scikit-learn's user guide, "Matthews correlation coefficient". */
async function matthewsOfAnswers(folder: string): Promise<number> {
  const answers: PredictionRecord[] = [];
  for await (const answer of readPredictions(folder)) answers.push(answer);
  const classes = [...new Set(answers.flatMap(({ gold, prediction }) => [gold, prediction]))];
  const counts = (side: 'gold' | 'prediction'): number[] => classes.map((name) => answers.filter((answer) => answer[side] === name).length);
  const [gold, predicted] = [counts('gold'), counts('prediction')];
  const dot = (a: readonly number[] = [], b: readonly number[] = []): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const [s, c] = [answers.length, answers.filter((a) => a.gold === a.prediction).length];
  return (c * s - dot(gold, predicted)) / Math.sqrt((s * s - dot(predicted, predicted)) * (s * s - dot(gold, gold)));
}

it('goes on from a checkpoint of before it had another title', async () => {
  const outDir = await temporaryFolder();
  const aborted = experiment({ ...place, outDir, config: described({}), ...abortAt(RUN, 5) });
  await expect(aborted).rejects.toThrow(expect.objectContaining({ code: 'ERR_CANCELLED' }));
  const again = experiment({ ...place, outDir, config: another, ...abortAt(RUN, 7) });
  await expect(again).rejects.toThrow(expect.objectContaining({ code: 'ERR_CANCELLED' }));
  const { events } = await experiment({ ...place, outDir, config: described({ title: 'Third' }) });
  expect(events.find((event) => event.kind === 'step')).toMatchObject({ runId: RUN, step: 8 });
  expect(await weights(outDir)).toEqual(await weights(whole));
});

it('is refused with other files', async () => {
  const config = described({ files: { ...customTasks.notes.files, train: dev } });
  const attempt = experiment({ ...place, outDir: whole, config });
  await expect(attempt).rejects.toThrow(/customTasks\.notes\.files\.train is notes\/train\.csv there and notes\/dev\.csv here\. Nothing/);
});
