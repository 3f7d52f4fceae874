/** What may be said anew of a task of one's own while its models are trained, and after. */
import { readFileSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.js';
import { readExperimentFile } from '../../src/experiment/output-folder.js';
import { readRunRecord } from '../../src/experiment/run-record.js';
import { runKey } from '../../src/experiment/run-store.js';
import { settingsHash } from '../../src/experiment/settings.js';
import { temporaryFolder } from '../train/tiny-model.js';
import { abortAt, experiment, started, weights } from './experiment-rig.js';

const EXAMPLE = 'examples/own-tasks';
const place = { dataDir: `${EXAMPLE}/data`, modelDir: 'models/tiny-bert' };
const RUN = 'single/notes/seed-1';

const { customTasks } = JSON.parse(readFileSync(`${EXAMPLE}/config.json`, 'utf8')) as { customTasks: Record<'notes', Described> };
interface Described {
  readonly title: string;
  readonly files: Readonly<Record<'train' | 'dev' | 'test', string>>;
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
