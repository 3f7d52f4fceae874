/** Tasks that are described and not trained: an error where `tasks` was forgotten, a list for the warning where it was written. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/load.js';
import { untrainedTasks } from '../../src/config/untrained-tasks.js';

const MOODS = { kind: 'classification', files: { train: 'a.csv', dev: 'b.csv' }, columns: { textA: 'text' }, labels: ['sad', 'happy'] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bornagain-untrained-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(values: object): string {
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(values));
  return file;
}

describe('tasks that were forgotten', () => {
  const forgotten = { code: 'ERR_CONFIG' };

  it.each([[undefined], ['quickstart'], ['paper']])('are an error, whatever the preset names (%s)', (preset) => {
    const file = fileOf({ customTasks: { moods: MOODS } });
    const message = 'customTasks describes moods, but tasks does not name it: add "tasks": ["moods"] to the configuration';
    expect(() => resolveConfig({ preset, file, trainsTasks: true })).toThrow(expect.objectContaining({ ...forgotten, message }));
    const both = fileOf({ customTasks: { moods: MOODS, more: MOODS } });
    expect(() => resolveConfig({ preset, file: both, trainsTasks: true })).toThrow(
      'customTasks describes moods, more, but tasks does not name them: add "tasks": ["moods","more"] to the configuration',
    );
  });

  it('are none where the descriptions are all that is asked for', () => {
    expect(Object.keys(resolveConfig({ file: fileOf({ customTasks: { moods: MOODS } }) }).customTasks)).toEqual(['moods']);
  });

  it('are named by the file, by --set, or by a variant', () => {
    const variants = { mine: { arm: 'single', set: ['tasks=["moods"]'] } };
    const written = [{ tasks: ['moods'] }, { variants, arms: ['mine'] }];
    for (const values of written) resolveConfig({ file: fileOf({ ...values, customTasks: { moods: MOODS } }), trainsTasks: true });
    resolveConfig({ file: fileOf({ customTasks: { moods: MOODS } }), set: ['tasks=["rte"]'], trainsTasks: true });
    const unused = fileOf({ variants, customTasks: { moods: MOODS } });
    expect(() => resolveConfig({ file: unused, trainsTasks: true })).toThrow(expect.objectContaining(forgotten));
  });
});

it('lists the described tasks that neither tasks nor a variant names', () => {
  const customTasks = { moods: MOODS, more: MOODS, spare: MOODS };
  const variants = { mine: { arm: 'single', set: ['tasks=["more"]'] } };
  expect(
    untrainedTasks(resolveConfig({ file: fileOf({ tasks: ['rte', 'moods'], arms: ['single', 'mine'], customTasks, variants }) })),
  ).toEqual(['spare']);
  expect(untrainedTasks(resolveConfig({ file: fileOf({ tasks: ['moods', 'more', 'spare'], customTasks }) }))).toEqual([]);
});
