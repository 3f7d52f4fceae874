/** What is said of data that can be read, but not well be trained on. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../src/config/schema.js';
import { prepareData } from '../../src/train/prepare-data.js';
import type { TrainingEvent } from '../../src/train/events.js';
import { temporaryFolder } from './tiny-model.js';

const EXAMPLE = 'examples/own-tasks';
const { customTasks } = JSON.parse(readFileSync(`${EXAMPLE}/config.json`, 'utf8')) as { customTasks: Record<'notes' | 'alike', object> };

async function warningsOf(notes: object): Promise<string[]> {
  const tasks = { ...customTasks, notes: { ...customTasks.notes, ...notes } } as unknown as ConfigInput['customTasks'];
  const config = configSchema.parse({ tasks: ['notes', 'alike'], customTasks: tasks });
  const splits = ['notes', 'alike'].flatMap((task) => [{ task, split: 'train' } as const, { task, split: 'dev' } as const]);
  const events: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent): void => void events.push(event);
  await prepareData({
    config,
    splits,
    dataDir: `${EXAMPLE}/data`,
    modelDir: 'models/tiny-bert',
    cacheDir: await temporaryFolder(),
    onEvent,
  });
  return events.flatMap((event) => (event.kind === 'notice' && event.level === 'warning' ? [event.message] : []));
}

it('warns of labels without an example to learn from', async () => {
  expect(await warningsOf({ labels: ['praise', 'thanks', 'complaint', 'question', 'order'] })).toEqual([
    "Notes train: no example of 'thanks', 'order', so that no model learns to answer it",
  ]);
});

it('warns of nothing where each has one', async () => {
  expect(await warningsOf({})).toEqual([]);
});
