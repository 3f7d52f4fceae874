/** Tasks in the configuration: what a right one becomes, and a sentence for each way to describe one wrongly. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { departuresOf, resolveConfig } from '../../src/config/load.js';
import { METRIC_NAMES, METRICS } from '../../src/config/metrics.js';
import { nearestKeyPaths } from '../../src/config/unknown-keys.js';
import { TASKS, taskRegistry } from '../../src/tasks/index.js';

const MOODS = {
  kind: 'classification',
  files: { train: 'moods/train.csv', dev: 'moods/dev.csv' },
  columns: { textA: 'text', label: 'mood' },
  labels: ['sad', 'happy'],
};
const NEAR = {
  kind: 'regression',
  files: { train: 'near.JSONL', dev: 'dev.txt', test: '/elsewhere/test.txt' },
  format: 'jsonl',
  columns: { textA: 'a', textB: 'b' },
  scoreRange: [-1, 1],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bornagain-custom-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const fileOf = (customTasks: unknown): string => {
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify({ customTasks }));
  return file;
};
const resolve = (customTasks: unknown, set: string[] = []) => resolveConfig({ file: fileOf(customTasks), set });

describe('a task in the configuration', () => {
  it('becomes what a built-in task is, after those', () => {
    const { all, byName } = taskRegistry(resolve({ moods: MOODS, near: { ...NEAR, symmetric: true, title: 'Near' } }));
    expect(all.map(({ name }) => name)).toEqual([...TASKS.map(({ name }) => name), 'moods', 'near']);
    const columns = { textA: 'text', textB: null, label: 'mood', classes: [] };
    expect(byName('moods')).toEqual({
      ...{
        name: 'moods',
        title: 'moods',
        kind: 'classification',
        texts: 1,
        labels: ['sad', 'happy'],
        scoreRange: null,
        folder: null,
        hub: null,
      },
      splits: {
        train: { file: 'moods/train.csv', format: 'csv', ...columns },
        dev: { file: 'moods/dev.csv', format: 'csv', ...columns },
      },
      ...{ metrics: ['accuracy'], mainMetric: 'accuracy', symmetric: false, head: 'moods', dropsShortRows: false },
    });
    expect(byName('near')).toMatchObject({
      ...{ title: 'Near', texts: 2, labels: [], scoreRange: [-1, 1], metrics: ['pearson', 'spearman'], mainMetric: 'pearson' },
      ...{ symmetric: true, splits: { test: { file: '/elsewhere/test.txt', format: 'jsonl', textA: 'a', textB: 'b', label: 'label' } } },
    });
    expect(byName('rte')).toBe(TASKS.find(({ name }) => name === 'rte'));
  });

  it('has its delimiter, where one is described', () => {
    const { splits } = taskRegistry(resolve({ moods: { ...MOODS, delimiter: ';' } })).byName('moods');
    expect(splits).toMatchObject({ train: { format: 'csv', delimiter: ';' }, dev: { format: 'csv', delimiter: ';' } });
    // Absent, not a default: settings and caches that know no delimiter stay what they are.
    const { customTasks } = resolve({ moods: MOODS });
    expect(customTasks['moods']).not.toHaveProperty('delimiter');
  });

  it('takes the metrics it names, the first as the main one unless another is', () => {
    const metrics = ['matthews', 'accuracy'];
    expect(taskRegistry(resolve({ moods: { ...MOODS, metrics } })).byName('moods').mainMetric).toBe('matthews');
    const other = { ...MOODS, metrics, mainMetric: 'accuracy' };
    expect(taskRegistry(resolve({ moods: other })).byName('moods')).toMatchObject({ metrics, mainMetric: 'accuracy' });
  });

  it('can name every metric of its kind, but not let an error stand for it', () => {
    for (const task of [MOODS, NEAR]) {
      const all = METRIC_NAMES.filter((metric) => METRICS[metric].kind === task.kind);
      expect(taskRegistry(resolve({ mine: { ...task, metrics: all } })).byName('mine').metrics).toEqual(all);
    }
    const near = taskRegistry(resolve({ near: { ...NEAR, metrics: ['mse', 'spearman'] } })).byName('near');
    expect(near).toMatchObject({ metrics: ['mse', 'spearman'], mainMetric: 'spearman' });
  });

  it('can be changed by --set where the file describes it', () => {
    expect(resolve({ moods: MOODS }, ['customTasks.moods.title=Moods']).customTasks['moods']).toMatchObject({
      title: 'Moods',
      kind: MOODS.kind,
    });
    const message = expect.stringContaining(
      '--set customTasks.moods.labels=["sad"]: customTasks.moods.labels: a classification task needs',
    );
    expect(() => resolve({ moods: MOODS }, ['customTasks.moods.labels=["sad"]'])).toThrow(expect.objectContaining({ message }));
    expect(() => resolve({}, ['customTasks.moods.title=Moods'])).toThrow(
      'customTasks.moods.kind: expected "classification" or "regression"',
    );
  });

  it('is no departure from a preset', () => {
    expect(departuresOf(resolve({ moods: MOODS }))).toEqual({});
  });

  it('is found by the registry with the nearest name where it is misspelt', () => {
    expect(() => taskRegistry(resolve({ moods: MOODS })).byName('mood')).toThrow("unknown task 'mood'; did you mean 'moods'?");
  });
});

describe('a task described wrongly', () => {
  it.each([
    ['no labels', { ...MOODS, labels: [] }, 'labels: a classification task needs its labels; expected two or more'],
    ['a label twice', { ...MOODS, labels: ['a', 'b', 'a'] }, 'labels: expected no label twice'],
    ['a range for classes', { ...MOODS, scoreRange: [0, 1] }, 'scoreRange: a classification task has labels, no scores; expected null'],
    [
      'no range',
      { ...NEAR, scoreRange: undefined },
      'scoreRange: a regression task needs its range of scores; expected [lowest, highest], got',
    ],
    ['a range upside down', { ...NEAR, scoreRange: [5, 0] }, 'scoreRange: expected [lowest, highest], the lowest first, got [5,0]'],
    ['labels for scores', { ...NEAR, labels: ['a'] }, 'labels: a regression task has scores, no labels; expected [], got ["a"]'],
    ['no dev file', { ...MOODS, files: { train: 'a.csv' } }, 'files.dev: expected string, got nothing'],
    [
      'an ending',
      { ...MOODS, files: { train: 'a.csv', dev: 'b.xls' } },
      'files.dev: expected an ending of .tsv, .csv, .jsonl, .parquet, .arrow, or the task',
    ],
    ['no kind', { ...MOODS, kind: undefined }, 'kind: expected "classification" or "regression", got nothing'],
    ['no text', { ...MOODS, columns: {} }, 'columns.textA: expected string, got nothing'],
    ['a column twice', { ...MOODS, columns: { textA: 'a', label: 'a' } }, 'columns: expected no column twice'],
    ['one text in both orders', { ...MOODS, symmetric: true }, 'symmetric: a task of one text has no order'],
    [
      'a metric of the other kind',
      { ...MOODS, metrics: ['pearson'] },
      'metrics: a classification task is scored by accuracy, f1, matthews',
    ],
    ['no such metric', { ...MOODS, metrics: ['acc'] }, 'metrics.0: expected "accuracy" or "f1" or'],
    ['f1 of three', { ...MOODS, labels: ['a', 'b', 'c'], metrics: ['f1'] }, 'metrics: f1 is for two labels, and there are 3'],
    [
      'a main metric not reported',
      { ...MOODS, mainMetric: 'f1' },
      'mainMetric: expected one of the metrics reported that is no error, accuracy, got "f1"',
    ],
    ['an error alone', { ...NEAR, metrics: ['mse'] }, 'metrics: an error cannot stand for the task in an average'],
    [
      'an error for it',
      { ...NEAR, metrics: ['mse', 'pearson'], mainMetric: 'mse' },
      'mainMetric: expected one of the metrics reported that is no error, pearson',
    ],
    ['a delimiter of two', { ...MOODS, delimiter: ';;' }, 'delimiter: expected one character, no quote and no line end, got ";;"'],
    ['a delimiter for JSON', { ...NEAR, delimiter: ';' }, 'delimiter: only csv has one; expected none, got ";"'],
    ['an unknown key', { ...MOODS, colums: {} }, 'colums: unknown key; did you mean customTasks.moods.columns?'],
    [
      'a key of elsewhere',
      { ...MOODS, optimizer: {} },
      'optimizer: unknown key; the keys here are title, kind, files, format, delimiter, columns, ',
    ],
    [
      'a key of its files',
      { ...MOODS, files: { train: 'a.csv', dev: 'b.csv', holdout: 'c.csv' } },
      'files.holdout: unknown key; the keys here are train, dev, test',
    ],
  ])('%s', (_, task, message) => {
    expect(() => resolve({ moods: task })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringContaining(`config.json: customTasks.moods.${message}`) }),
    );
  });

  it.each([
    ['rte', 'a built-in task has that name'],
    ['ax', 'a built-in task has that name'],
    ['all', "results use the name 'all' already"],
    ['mismatched', "results use the name 'mismatched' already"],
    ['Moods', 'expected a name of lower-case letters, digits, dashes and underscores'],
    ['a.b', 'expected a name of lower-case letters'],
    ['../up', 'expected a name of lower-case letters'],
  ])('by the name %s', (name, message) => {
    expect(() => resolve({ [name]: MOODS })).toThrow(`customTasks.${name}: ${message}`);
  });

  it('names keys inside a task, but only of a record', () => {
    expect(nearestKeyPaths('customTasks.moods.file')).toEqual(['customTasks.moods.files']);
    expect(nearestKeyPaths('variants.mine.teacher')).toEqual(['variants.mine.teachers']);
    // Near to nothing of a task; optimizer and data.maxLength are near, and cannot stand here.
    expect(nearestKeyPaths('customTasks.moods.optimiser')).toEqual([]);
    expect(nearestKeyPaths('variants.mine.maxLength')).toEqual([]);
  });
});
